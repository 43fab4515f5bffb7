"""The composition root: the only place where objects meet; nothing connects when this is imported."""

from collections.abc import Callable, Sequence
from functools import partial

from flask import Flask

from feedback import repository
from feedback.api import BLUEPRINTS
from feedback.config import Settings
from feedback.handlers import HANDLERS
from feedback.permissions import TABLE
from feedback.ports import Store
from feedback.timers import TIMERS
from feedback.use_cases.people import is_admitted
from servicekit import trust, web
from servicekit.clock import Clock, SystemClock
from servicekit.mongo import MongoStore, open_store
from servicekit.tokens import Verifier
from servicekit.web.rates import Rates
from servicekit.worker import Worker, prepare


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
        service="feedback",
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
