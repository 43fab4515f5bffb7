"""The portal's processes: `serve` the pages, `init` the database once."""

from servicekit.process import main

from portal.app import create_app, initialise
from portal.config import Settings

if __name__ == "__main__":
    main(
        service="portal",
        settings=Settings.from_env,
        app=create_app,
        initialise=lambda settings, arguments: initialise(settings),
    )
