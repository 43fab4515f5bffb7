"""The processes of this service: `python -m profiles serve | work | init [--people-admin EMAIL]`."""

from profiles.app import create_app, create_worker, initialise
from profiles.config import Settings
from servicekit.process import main

if __name__ == "__main__":
    main(
        service="profiles",
        settings=Settings.from_env,
        app=create_app,
        worker=create_worker,
        initialise=initialise,
    )
