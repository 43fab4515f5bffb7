"""The processes of this service: `serve`, `work`, `init`."""

from notifications.config import Settings
from servicekit.process import main

if __name__ == "__main__":
    main(
        service="notifications",
        settings=Settings.from_env,
        app="notifications.app:create_app",
        worker="notifications.worker:create_worker",
        initialise="notifications.worker:initialise",
    )
