"""The processes of this service: `serve`, `work`, `init`."""

from matching.config import Settings
from servicekit.process import main

if __name__ == "__main__":
    main(
        service="matching",
        settings=Settings.from_env,
        app="matching.app:create_app",
        worker="matching.worker:create_worker",
        initialise="matching.worker:initialise",
    )
