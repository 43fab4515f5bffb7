"""The processes of this service: `serve`, `work`, `init`."""

from notifications.app import create_app, create_worker, initialise
from notifications.config import Settings
from servicekit.process import main

if __name__ == "__main__":
    main(
        service="notifications", settings=Settings.from_env, app=create_app, worker=create_worker, initialise=initialise
    )
