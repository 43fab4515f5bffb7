"""The processes of this service: `python -m profiles serve | work | init [--people-admin EMAIL]`."""

from profiles.config import Settings
from servicekit.process import main

if __name__ == "__main__":
    main(
        service="profiles",
        settings=Settings.from_env,
        app="profiles.app:create_app",
        worker="profiles.worker:create_worker",
        initialise="profiles.worker:initialise",
    )
