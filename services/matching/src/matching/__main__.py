"""The processes of this service: `python -m matching serve | work | init`."""

from matching.app import create_app, create_worker, initialise
from matching.config import Settings
from servicekit.process import main

if __name__ == "__main__":
    main(
        service="matching",
        settings=Settings.from_env,
        app=create_app,
        worker=create_worker,
        initialise=initialise,
    )
