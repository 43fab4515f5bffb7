"""The worker, put together, and what is prepared once before it: it answers nobody, so it knows no API."""

from collections.abc import Sequence

from feedback import repository
from feedback.config import Settings
from feedback.handlers import HANDLERS
from feedback.timers import TIMERS
from servicekit.mongo import MongoStore, open_store
from servicekit.worker import Worker, prepare


def create_worker(settings: Settings) -> Worker:
    """The process that relays, consumes and keeps the clocks."""
    return Worker(
        service="feedback",
        store=_store(settings),
        kafka=settings.kafka,
        handlers=HANDLERS,
        timers=TIMERS,
        metrics_bind=settings.metrics_bind,
    )


def initialise(settings: Settings, arguments: Sequence[str]) -> None:
    """Collections, indexes and topics; harmless when repeated."""
    prepare(settings, _store(settings), HANDLERS)


def _store(settings: Settings) -> MongoStore[repository.Unit]:
    return open_store(settings, repository.Unit, repository.DOCUMENTS)
