"""The pair as real processes: `PAIR=matching python -m servicekit.testing.pair_process serve | work | init`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from servicekit.config import Environment, KitSettings
from servicekit.handling import Handlers
from servicekit.mongo import MongoStore, connect
from servicekit.process import main
from servicekit.store import Unit
from servicekit.testing import pair
from servicekit.worker import Worker, prepare


@dataclass(frozen=True, kw_only=True)
class Settings(KitSettings):
    """The kit's settings and no others."""

    @staticmethod
    def from_env() -> "Settings":
        env = Environment(os.environ)
        settings = Settings(**KitSettings.read(env, service=env.text("PAIR")))
        env.check()
        return settings


def handlers_of(service: str) -> Handlers:
    """The listener listens, the teller does not."""
    return pair.HANDLERS if service == pair.LISTENER else {}


def store_of(settings: KitSettings) -> MongoStore[Unit]:
    """The service's own database."""
    catalogue = pair.LISTENER_CATALOGUE if settings.service == pair.LISTENER else pair.TELLER_CATALOGUE
    database = connect(settings.mongodb_uri)[settings.mongodb_database]
    return MongoStore(database, Unit, catalogue, settings.service, settings.generation)


def create_app(settings: Settings) -> Flask:
    """Two commands, each answering with the sequence that it told."""
    app = Flask(settings.service)
    store = store_of(settings)

    @app.post("/requests/<id>")
    def remind(id: str) -> dict[str, int]:
        return {"sequence": pair.remind(store, id)}

    @app.post("/plans/<id>")
    def revise(id: str) -> dict[str, int]:
        return {"sequence": pair.revise(store, id)}

    return app


def create_worker(settings: Settings) -> Worker:
    """The service's worker."""
    return Worker(
        service=settings.service,
        store=store_of(settings),
        kafka=settings.kafka,
        handlers=handlers_of(settings.service),
        metrics_bind=settings.metrics_bind,
    )


def initialise(settings: Settings, arguments: Sequence[str]) -> None:
    """Indexes and topics."""
    prepare(settings, store_of(settings), handlers_of(settings.service))


if __name__ == "__main__":
    main(
        service=os.environ.get("PAIR", "pair"),
        settings=Settings.from_env,
        app=create_app,
        worker=create_worker,
        initialise=initialise,
    )
