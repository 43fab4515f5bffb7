"""The worker, put together, and what is prepared once before it: it answers nobody, so it knows no API."""

from collections.abc import Sequence

from notifications import repository
from notifications.channels import Sender, SmtpMailer
from notifications.config import Settings
from notifications.feed import number_rows
from notifications.handlers import HANDLERS
from notifications.timers import timers
from servicekit.mongo import MongoStore, open_store
from servicekit.worker import Loop, Worker, prepare


def create_worker(settings: Settings) -> Worker:
    """The process that relays, consumes, sends mail and numbers the feed."""
    mailer = SmtpMailer(settings.smtp_url, Sender.read(settings.mail_from))
    return Worker(
        service="notifications",
        store=_store(settings),
        kafka=settings.kafka,
        handlers=HANDLERS,
        timers=timers(mailer, settings.portal_url),
        loops=(Loop("feed-sequencer", number_rows, every=0.2, leased=True),),
        metrics_bind=settings.metrics_bind,
    )


def initialise(settings: Settings, arguments: Sequence[str]) -> None:
    """Collections, indexes and topics; harmless when repeated."""
    prepare(settings, _store(settings), HANDLERS)


def _store(settings: Settings) -> MongoStore[repository.Unit]:
    return open_store(settings, repository.Unit, repository.DOCUMENTS)
