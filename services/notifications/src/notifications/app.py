"""The composition root: the only place where objects meet; nothing connects when this is imported."""

from collections.abc import Callable, Sequence
from functools import partial

from flask import Flask

from notifications import repository
from notifications.api import BLUEPRINTS
from notifications.channels import Sender, SmtpMailer
from notifications.config import Settings
from notifications.feed import number_rows
from notifications.handlers import HANDLERS
from notifications.permissions import TABLE
from notifications.ports import Store
from notifications.timers import timers
from notifications.use_cases.contacts import is_admitted
from servicekit import trust, web
from servicekit.clock import Clock, SystemClock
from servicekit.mongo import MongoStore, open_store
from servicekit.tokens import Verifier
from servicekit.web.rates import Rates
from servicekit.worker import Loop, Worker, prepare


def create_app(settings: Settings) -> Flask:
    """The HTTP application; call it after the fork."""
    store = _store(settings)
    return assemble(
        store,
        SystemClock(),
        trust.verifier(settings, store.database),
        settings.cursor_secret,
        store.ping,
        Rates.of(settings),
    )


def assemble(
    store: Store,
    clock: Clock,
    verifier: Verifier,
    cursor_secret: str,
    ready: Callable[[], None] | None = None,
    rates: Rates | None = None,
) -> Flask:
    """The application over any store, clock and issuer."""
    return web.create_app(
        service="notifications",
        store=store,
        clock=clock,
        blueprints=BLUEPRINTS,
        permissions=TABLE,
        verifier=verifier,
        cursor_secret=cursor_secret,
        admits=partial(is_admitted, store),
        ready=ready,
        rates=rates,
    )


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
