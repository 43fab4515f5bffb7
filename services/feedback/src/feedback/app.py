"""The web application, put together: what serves meets here, and nothing connects at import."""

from collections.abc import Callable
from functools import partial

from flask import Flask

from feedback import repository
from feedback.api import BLUEPRINTS
from feedback.config import Settings
from feedback.permissions import TABLE
from feedback.ports import Store
from feedback.use_cases.people import is_admitted
from servicekit import trust, web
from servicekit.clock import Clock, SystemClock
from servicekit.mongo import MongoStore, open_store
from servicekit.tokens import Verifier
from servicekit.web.rates import Rates


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


def _store(settings: Settings) -> MongoStore[repository.Unit]:
    return open_store(settings, repository.Unit, repository.DOCUMENTS)
