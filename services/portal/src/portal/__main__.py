"""The portal's processes: `serve` the pages, `init` the database once."""

from typing import NoReturn

from portal.app import create_app, initialise
from portal.config import Settings
from servicekit.config import BadSettings
from servicekit.process import main


def _no_worker(settings: Settings) -> NoReturn:
    raise BadSettings("the portal reads no events and keeps no clocks, so it has no worker: run `serve`")


if __name__ == "__main__":
    main(service="portal", settings=Settings.from_env, app=create_app, worker=_no_worker, initialise=initialise)
