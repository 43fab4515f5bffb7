"""The worker's side of a run: taken up under a lease, its inputs taken, the solver asked, the answer kept.

Whatever ends this half-way (a cancel, a stop, a lost lease, a dead worker) leaves a run whose pairs nobody can see:
they are seen once it is `ready`, which one transaction makes true with everything else. Another worker takes up a run
that is left `running`.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial

from matching.domain.mentorship import Mentorship
from matching.domain.program import Program
from matching.domain.run import Failure, Problem, Run, RunInputs
from matching.ports.solver import Answer, Ownership, Question, Record, Solver, SolverDied, SolverRefused
from matching.ports.unit import Store, Unit
from matching.use_cases.runs import leaving, pairs, snapshots
from matching.use_cases.runs.watching import Stopped, Watch
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.lease import LeaseLost

# How often progress is written, in seconds.
WRITE_EVERY = 0.5
# What one transaction clears away, so that the lease is renewed between two.
AT_ONCE = 1000


def compute_next(store: Store, clock: Clock, lease: Ownership, solver: Solver, stopping: Callable[[], bool]) -> bool:
    """Compute the run that is next, if there is one and this worker owns the lease; whether there was."""
    # Nobody needs the lease, or a transaction, while nothing waits.
    if stopping() or store.reading(lambda unit: unit.next_run()) is None or lease.claim() is None:
        return False
    try:
        run = store.atomically(lambda unit: _take_up(unit, clock, lease))
        if run is not None and run.state == "running":
            _compute(store, clock, run, solver, _Watch(store, lease, stopping, run_id=run.id))
    except LeaseLost:
        return False
    finally:
        if stopping():
            lease.release()
    return run is not None


@dataclass
class _Watch(Watch):
    """Notes how far the run is, and notices that it was cancelled."""

    run_id: str = field(kw_only=True)
    wrote: float = 0.0
    noted: tuple[str, float] = field(default=("", 0.0))

    def look(self, stage: str, share: float, now: float) -> None:
        """Write the progress now and then."""
        if (stage, share) != self.noted and (stage != self.noted[0] or now - self.wrote >= WRITE_EVERY):
            self.store.atomically(lambda unit: unit.save(self.own(unit).reach(stage, share)))
            self.noted, self.wrote = (stage, share), now
        elif self.store.reading(lambda unit: unit.require(Run, self.run_id)).state != "running":
            raise Stopped

    def own(self, unit: Unit) -> Run:
        """The run, if it is still this worker's to compute."""
        self.lease.check(unit)
        run = unit.require(Run, self.run_id)
        if run.state != "running":
            raise Stopped
        return run


def _take_up(unit: Unit, clock: Clock, lease: Ownership) -> Run | None:
    lease.check(unit)
    run = unit.next_run()
    if run is None:
        return None
    taken, events = run.take_up(clock.now(), lease.holder)
    return unit.save(taken, *events)


def _compute(store: Store, clock: Clock, run: Run, solver: Solver, watch: _Watch) -> None:
    try:
        _clear(store, run, lambda: watch("snapshot", 0.0))
        question = _question(store, clock, run, watch)
        with closing(solver.solve(question, watch)) as answers:
            for number, answer in enumerate(answers):
                _keep(store, answer, number, watch)
                if answer.record is not None:
                    _finish(store, clock, answer.record, watch)
    except (Stopped, LeaseLost):
        _clear_if_cancelled(store, run)
    except SolverRefused as refused:
        _fail(store, clock, "refused", refused.problems, watch)
    except SolverDied as died:
        why = Problem(key="run", reason=str(died), write="start it again, or tell the operator")
        _fail(store, clock, "solver_died", (why,), watch)


def _question(store: Store, clock: Clock, run: Run, watch: _Watch) -> Question:
    """What the solver is asked: a snapshot taken now, or an older one without those who are gone since."""
    snapshot_id, gone = run.snapshot_id or run.id, frozenset[str]()
    if run.snapshot_id is None:
        inside = snapshots.take_snapshot(store, clock, run, watch)
        together = _together(store, run, inside, watch)
        store.atomically(lambda unit: _with_snapshot(unit, watch.own(unit), together))
    else:
        gone = snapshots.gone_from(store, snapshot_id, watch)
    existing = {} if run.parent_id is None else _before(store, run.parent_id, gone)
    pairs.keep_before(store, run.id, existing)
    return what_to_ask(store, run, snapshot_id, existing, gone)


def what_to_ask(
    store: Store, run: Run, snapshot_id: str, existing: Mapping[str, str], gone: frozenset[str]
) -> Question:
    """The run's terms and pairs as it was given them, and a snapshot's people but for those who are `gone`."""

    def work(unit: Unit) -> Question:
        inputs = unit.require(RunInputs, run.id).without(gone)
        program = unit.require(Program, run.program_id).with_terms(run.terms)
        return Question(
            run_id=run.id,
            program_id=run.program_id,
            terms={**program.match_keys(), "locked": inputs.locked, "forbidden": inputs.forbidden},
            existing=sorted(existing.items()),
            certify=run.certify,
            chunks=snapshots.chunks(store, snapshot_id),
            left_out=gone,
        )

    return store.reading(work)


def _with_snapshot(unit: Unit, run: Run, together: set[tuple[str, str]]) -> None:
    unit.save(unit.require(RunInputs, run.id).beside(together))
    unit.save(replace(run, snapshot_id=run.id))


def _together(store: Store, run: Run, inside: set[str], watch: _Watch) -> set[tuple[str, str]]:
    """Those of a snapshot who work together already."""
    found: set[tuple[str, str]] = set()
    after: str | None = None
    while True:
        page = store.reading(partial(_mentorships, run.program_id, after))
        for one in page:
            if one.is_live:
                found |= {(mentee_id, one.mentor_id) for mentee_id in one.mentee_ids if {*one.people} <= inside}
        watch("snapshot", 1.0)
        if len(page) < AT_ONCE:
            return found
        after = page[-1].id


def _mentorships(program_id: str, after: str | None, unit: Unit) -> list[Mentorship]:
    return unit.mentorships_in(program_id, None, after, AT_ONCE)


def _before(store: Store, parent_id: str, gone: frozenset[str]) -> dict[str, str]:
    """What stands in the run that is solved again; it earns the stickiness."""
    parent = store.reading(lambda unit: unit.require(Run, parent_id))
    return {one: other for one, other in pairs.standing_pairs(store, parent).items() if gone.isdisjoint((one, other))}


def _keep(store: Store, answer: Answer, number: int, watch: _Watch) -> None:
    """Keep a part of the answer; nobody sees it before the run is ready."""

    def work(unit: Unit) -> None:
        run = watch.own(unit)
        for row in (*answer.pairs, *answer.alone):
            unit.save(row)
        pairs.keep_found(unit, run.id, number, answer.pairs)

    store.atomically(work)


def _finish(store: Store, clock: Clock, record: Record, watch: _Watch) -> None:
    def work(unit: Unit) -> None:
        run = watch.own(unit)
        inputs = unit.require(RunInputs, run.id)
        unit.save(replace(inputs, mentors=record.mentors, offering=record.offering))
        ready, event = run.finish(
            record.figures,
            clock.now(),
            input_hash=record.input_hash,
            engine_version=record.engine_version,
            seconds=record.seconds,
        )
        # Whoever left meanwhile is taken out of what the run then counts.
        leaving.leave_run(unit, unit.save(ready, event))

    store.atomically(work)


def _fail(store: Store, clock: Clock, reason: Failure, problems: tuple[Problem, ...], watch: _Watch) -> None:
    def work(unit: Unit) -> None:
        failed, events = watch.own(unit).fail(reason, problems, clock.now())
        unit.save(failed, *events)

    try:
        store.atomically(work)
    except (Stopped, LeaseLost):
        return  # cancelled meanwhile, or another worker's by now


def _clear_if_cancelled(store: Store, run: Run) -> None:
    """What was kept of a run that was cancelled goes; one that was left is another worker's, who clears it."""

    if store.reading(lambda unit: unit.require(Run, run.id)).state == "cancelled":
        _clear(store, run, lambda: None)


def clear_some(store: Store, clock: Clock, caller: Caller, run_id: str) -> None:
    """Drop some of what was kept of a run that came to nothing: its worker may have died before it could."""

    def work(unit: Unit) -> None:
        run = unit.require(Run, run_id)
        if not run.is_to_clear:
            return
        pairs.discard_found(unit, run_id)
        if not unit.discard_results(run_id, AT_ONCE):
            unit.save(run.cleared())

    store.atomically(work)


def _clear(store: Store, run: Run, between: Callable[[], None]) -> None:
    """Drop what was kept of an answer."""
    store.atomically(lambda unit: pairs.discard_found(unit, run.id))
    while store.atomically(lambda unit: unit.discard_results(run.id, AT_ONCE)):
        between()
