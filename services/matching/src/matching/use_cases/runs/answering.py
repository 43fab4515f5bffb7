"""The worker's side of a question: taken up under the lease of runs when none waits, the run's match asked again.

Whatever ends this half-way leaves a question that waits; another worker takes it up, or this one after the run for
which it made way.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from matching.domain.question import Failure, PairQuestion
from matching.domain.run import Run
from matching.ports.solver import Ownership, Question, Solver, SolverDied, SolverRefused
from matching.ports.unit import Store, Unit
from matching.use_cases.runs import pairs, snapshots
from matching.use_cases.runs.computing import what_to_ask
from matching.use_cases.runs.watching import Stopped, Watch
from servicekit.clock import Clock
from servicekit.lease import LeaseLost


def answer_next(store: Store, clock: Clock, lease: Ownership, solver: Solver, stopping: Callable[[], bool]) -> bool:
    """Answer the question that waits longest, if there is one, no run waits and this worker owns the lease."""
    if stopping() or store.reading(_next) is None or lease.claim() is None:
        return False
    try:
        question = store.atomically(lambda unit: _take_up(unit, clock, lease))
        if question is not None and question.waits:
            _answer(store, clock, question, solver, _Watch(store, lease, stopping, question_id=question.id))
    except LeaseLost:
        return False
    finally:
        if stopping():
            lease.release()
    return question is not None


@dataclass
class _Watch(Watch):
    """Notices that a run waits, which goes first, or that the question is gone with one of its people."""

    question_id: str = field(kw_only=True)

    def look(self, stage: str, share: float, now: float) -> None:
        """Go on while it is the next thing to do."""
        if not self.store.reading(lambda unit: self._waits(unit) and unit.next_run() is None):
            raise Stopped

    def own(self, unit: Unit) -> PairQuestion:
        """The question, if it is still this worker's to answer."""
        self.lease.check(unit)
        if not self._waits(unit):
            raise Stopped
        return unit.require(PairQuestion, self.question_id)

    def _waits(self, unit: Unit) -> bool:
        held = unit.get(PairQuestion, self.question_id)
        return held is not None and held.waits


def _next(unit: Unit) -> PairQuestion | None:
    return unit.next_question() if unit.next_run() is None else None


def _take_up(unit: Unit, clock: Clock, lease: Ownership) -> PairQuestion | None:
    lease.check(unit)
    question = _next(unit)
    return None if question is None else unit.save(question.take_up(clock.now(), lease.holder))


def _answer(store: Store, clock: Clock, question: PairQuestion, solver: Solver, watch: _Watch) -> None:
    try:
        finding = solver.why_not(_asked(store, question, watch), *question.pair, watch)
        store.atomically(lambda unit: unit.save(watch.own(unit).answer(finding, clock.now())))
    except (Stopped, LeaseLost):
        return
    except SolverRefused:
        _fail(store, clock, "refused", watch)
    except SolverDied:
        _fail(store, clock, "solver_died", watch)


def _asked(store: Store, question: PairQuestion, watch: _Watch) -> Question:
    """The run as it was computed; whoever is gone since is left out, as when it is solved again."""
    run = store.reading(lambda unit: unit.require(Run, question.run_id))
    snapshot_id = run.snapshot_id or run.id
    gone = snapshots.gone_from(store, snapshot_id, watch)
    before = pairs.before(store, run.id).items()
    existing = {one: other for one, other in before if gone.isdisjoint((one, other))}
    return what_to_ask(store, run, snapshot_id, existing, gone)


def _fail(store: Store, clock: Clock, failure: Failure, watch: _Watch) -> None:
    try:
        store.atomically(lambda unit: unit.save(watch.own(unit).fail(failure, clock.now())))
    except (Stopped, LeaseLost):
        return  # gone meanwhile, or another worker's by now
