"""The worker, put together, and what is prepared once before it: it answers nobody, so it knows no API."""

import threading
from collections.abc import Sequence

from matching import repository
from matching.config import Settings, child_environment
from matching.handlers import HANDLERS
from matching.solver.process import ChildSolver
from matching.timers import TIMERS
from matching.use_cases.runs import answering, computing, publishing
from servicekit.clock import Clock
from servicekit.lease import Lease
from servicekit.mongo import MongoStore, open_store
from servicekit.store import Store
from servicekit.worker import Loop, Worker, prepare


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
