"""The composition root: the only place where objects meet; nothing connects at import."""

import threading
from collections.abc import Callable, Sequence
from functools import partial

from flask import Flask

from matching import repository
from matching.api import BLUEPRINTS
from matching.config import Settings, child_environment
from matching.handlers import HANDLERS
from matching.permissions import TABLE
from matching.pool import FRESH_FOR, Followed, Pools
from matching.ports.matcher import Matcher
from matching.solver.process import ChildSolver
from matching.timers import TIMERS
from matching.use_cases.people import is_admitted
from matching.use_cases.runs import answering, computing, publishing
from servicekit import trust, web
from servicekit.clock import Clock, SystemClock
from servicekit.lease import Lease
from servicekit.mongo import MongoStore, open_store
from servicekit.store import Store
from servicekit.tokens import Verifier
from servicekit.web.rates import Rates
from servicekit.worker import Loop, Worker, prepare


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


def create_worker(settings: Settings) -> Worker:
    """The worker: relay, consumer, clocks, and the loops that compute and publish runs."""
    store = _store(settings)
    return Worker(
        service="matching",
        store=store,
        kafka=settings.kafka,
        handlers=HANDLERS,
        timers=TIMERS,
        loops=(_computing(store), Loop("publishing", publishing.publishing_for_a_while(), every=0.5, leased=True)),
        metrics_bind=settings.metrics_bind,
    )


def _computing(store: MongoStore[repository.Unit]) -> Loop:
    """The loop that computes runs and answers questions about them, one at a time over all workers.

    A whole match takes every core there is. Runs go first: a question makes way for them.
    """
    lease, solver, stopping = Lease(store, "matching.runs"), ChildSolver(child_environment()), threading.Event()

    def step(store: Store[repository.Unit], clock: Clock) -> bool:
        return any(
            one(store, clock, lease, solver, stopping.is_set) for one in (computing.compute_next, answering.answer_next)
        )

    return Loop("runs", step, every=0.5, stop=stopping.set)


def initialise(settings: Settings, arguments: Sequence[str]) -> None:
    """Make collections, indexes and topics; harmless when repeated."""
    prepare(settings, _store(settings), HANDLERS)


def _store(settings: Settings) -> MongoStore[repository.Unit]:
    return open_store(settings, repository.Unit, repository.DOCUMENTS)
