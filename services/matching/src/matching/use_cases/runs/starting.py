"""A run begins: with the people as they are now, or with those of another run around its locks; or it is stopped."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from matching.domain.errors import TooManyRuns
from matching.domain.program import TERMS, Program
from matching.domain.run import UNFINISHED, Run, RunInputs
from matching.permissions import TABLE, to_program
from matching.ports.unit import Store, Unit
from matching.use_cases.programs import visible_program
from matching.use_cases.runs.pairs import all_marked
from matching.use_cases.runs.reading import allowed, counted, shown
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import WrongState

# What one program may have waiting or under way: a what-if is quick, and others wait behind it.
MOST_UNFINISHED = 5


def start_run(
    store: Store,
    clock: Clock,
    caller: Caller,
    program_id: str,
    *,
    name: str = "",
    certify: bool = False,
    overrides: Mapping[str, Any],
) -> Run:
    """A run over everybody who holds a place now, by the program's terms with `overrides`, which change no program.

    Raises:
        InvalidInput: an override that cannot be, by name.
        WrongState: the program is neither open nor running.
        TooManyRuns: enough of them wait or are being computed.
    """

    def work(unit: Unit) -> Run:
        program = _managed(unit, caller, program_id)
        _require_room(unit, program)
        terms = program.overridden(overrides)
        run = _new(program, caller, clock.now(), terms, name=name, certify=certify)
        unit.save(RunInputs(id=run.id, locked=terms.locked, forbidden=terms.forbidden))
        return shown(unit, _queued(unit, run))

    return store.atomically(work)


def solve_again(
    store: Store,
    clock: Clock,
    caller: Caller,
    run_id: str,
    *,
    name: str = "",
    certify: bool | None = None,
    overrides: Mapping[str, Any],
) -> Run:
    """A new run over the same people as `run_id`, with what was locked and forbidden there, and perhaps other terms.

    A pair that stood there earns the stickiness.
    """

    def work(unit: Unit) -> Run:
        parent, program = allowed(unit, caller, "run.solve", run_id)
        parent.require_solved()
        _managed(unit, caller, program.id)
        _require_room(unit, program)
        terms = program.overridden({**parent_overrides(program, parent), **overrides})
        before = unit.require(RunInputs, parent.id)
        proven = parent.certify if certify is None else certify
        new = _new(program, caller, clock.now(), terms, name=name, certify=proven)
        run = replace(new, parent_id=parent.id, snapshot_id=parent.snapshot_id)
        # A lock is what its marks say now: unlocking a pair that the program locked lets it go here too.
        locked = _marked(unit, parent, {"locked": True, "state": "proposed"})
        forbidden = {*before.forbidden, *_marked(unit, parent, {"state": "forbidden"})} - locked
        unit.save(RunInputs(id=run.id, locked=tuple(sorted(locked)), forbidden=tuple(sorted(forbidden))))
        return shown(unit, _queued(unit, run))

    return store.atomically(work)


def cancel_run(store: Store, clock: Clock, caller: Caller, run_id: str, expected: int | None = None) -> Run:
    """It is stopped before it is ready; its worker ends the computation within a second."""

    def work(unit: Unit) -> Run:
        run, _ = allowed(unit, caller, "run.cancel", run_id, expected)
        if run.state == "cancelled":
            return shown(unit, run)
        cancelled, event = run.cancel(clock.now())
        return shown(unit, unit.save(cancelled, event))

    return store.atomically(work)


def discard_run(store: Store, clock: Clock, caller: Caller, run_id: str, expected: int | None = None) -> Run:
    """Its proposals are thrown away; they can still be looked at and compared."""

    def work(unit: Unit) -> Run:
        run, _ = allowed(unit, caller, "run.discard", run_id, expected)
        if run.state == "discarded":
            return shown(unit, run)
        discarded, event = run.discard(counted(unit, run_id), clock.now())
        return shown(unit, unit.save(discarded, event))

    return store.atomically(work)


def parent_overrides(program: Program, parent: Run) -> dict[str, Any]:
    """What the parent ran by that differs from the program as it is now."""
    held = program.with_terms(parent.terms)
    return {name: getattr(held, name) for name in parent.overrides}


def _managed(unit: Unit, caller: Caller, program_id: str) -> Program:
    program = visible_program(unit, caller, program_id)
    TABLE.require(caller, "run.start", to_program(caller, program))
    if not program.is_taking_part:
        raise WrongState(f"The program is {program.state}; people are matched while it is open or running.")
    return program


def _require_room(unit: Unit, program: Program) -> None:
    if len(unit.runs_in(program.id, UNFINISHED)) >= MOST_UNFINISHED:
        raise TooManyRuns(f"{MOST_UNFINISHED} runs of this program are not finished. Wait for one, or cancel one.")


def _new(program: Program, caller: Caller, now: datetime, terms: Program, *, name: str, certify: bool) -> Run:
    return Run(
        id=new_id("run"),
        program_id=program.id,
        requested_by=caller.id,
        name=name,
        terms=terms.terms(),
        overrides=tuple(name for name in TERMS if getattr(terms, name) != getattr(program, name)),
        certify=certify,
        seed=terms.seed,
        queued_at=now,
    )


def _queued(unit: Unit, run: Run) -> Run:
    queued, event = run.queue()
    return unit.save(queued, event)


def _marked(unit: Unit, run: Run, where: Mapping[str, object]) -> set[tuple[str, str]]:
    """The pairs of a run with some mark, which managers set one by one."""
    return {one.pair for one in all_marked(unit, run.id, where)}
