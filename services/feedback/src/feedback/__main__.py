"""The processes of this service: `serve`, `work`, `init`."""

from feedback.config import Settings
from servicekit.process import main

if __name__ == "__main__":
    main(
        service="feedback",
        settings=Settings.from_env,
        app="feedback.app:create_app",
        worker="feedback.worker:create_worker",
        initialise="feedback.worker:initialise",
    )
