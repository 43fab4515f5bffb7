"""The portal's processes: `serve` the pages, `init` the database once."""

from typing import NoReturn

from portal.config import Settings
from servicekit.config import BadSettings
from servicekit.process import main


def _no_worker(settings: Settings) -> NoReturn:
    raise BadSettings("the portal reads no events and keeps no clocks, so it has no worker: run `serve`")


if __name__ == "__main__":
    main(
        service="portal",
        settings=Settings.from_env,
        app="portal.app:create_app",
        worker=_no_worker,
        initialise="portal.app:initialise",
    )
