"""The web application, put together: what serves meets here, and nothing connects at import."""

from collections.abc import Callable
from functools import partial

from flask import Flask

from matching import repository
from matching.api import BLUEPRINTS
from matching.config import Settings
from matching.permissions import TABLE
from matching.pool import FRESH_FOR, Followed, Pools
from matching.ports.matcher import Matcher
from matching.use_cases.people import is_admitted
from servicekit import trust, web
from servicekit.clock import Clock, SystemClock
from servicekit.mongo import MongoStore, open_store
from servicekit.store import Store
from servicekit.tokens import Verifier
from servicekit.web.rates import Rates


def create_app(settings: Settings) -> Flask:
    """The web application over MongoDB; called in each web process after its fork."""
    store, clock = _store(settings), SystemClock()
    return assemble(
        store,
        clock,
        trust.verifier(settings, store.database),
        settings.cursor_secret,
        store.ping,
        Rates.of(settings),
        Followed(Pools(store, clock, FRESH_FOR)),
    )


def assemble(
    store: Store[repository.Unit],
    clock: Clock,
    verifier: Verifier,
    cursor_secret: str,
    ready: Callable[[], None] | None = None,
    rates: Rates | None = None,
    matcher: Matcher | None = None,
) -> Flask:
    """The web application over any store, clock and issuer."""
    return web.create_app(
        service="matching",
        store=store,
        clock=clock,
        blueprints=BLUEPRINTS,
        permissions=TABLE,
        verifier=verifier,
        cursor_secret=cursor_secret,
        admits=partial(is_admitted, store),
        ready=ready,
        rates=rates,
        extras={"matcher": matcher or Pools(store, clock)},
    )


def _store(settings: Settings) -> MongoStore[repository.Unit]:
    return open_store(settings, repository.Unit, repository.DOCUMENTS)
