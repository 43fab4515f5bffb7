"""A program's verbs: create, change, open, start, close, and what its clock does."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from matching import permissions
from matching.domain.mentorship import EndReason
from matching.domain.program import TAKING_PART, Program
from matching.permissions import TABLE
from matching.ports.unit import Store, Unit
from matching.use_cases.pages import cut
from matching.use_cases.seating import end_mentorship, known_person, supersede
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id

# What one transaction of a closing program ends; the clock does the rest, so that a large program closes in steps.
ENDED_AT_ONCE = 50
ANYWHERE_BUT_DRAFT = ("open", "running", "closing", "closed")


def create_program(store: Store, clock: Clock, caller: Caller, values: Mapping[str, Any]) -> Program:
    """A draft; whoever creates it is among its managers."""

    def work(unit: Unit) -> Program:
        TABLE.require(caller, "program.create")
        managers = tuple(dict.fromkeys((caller.id, *values.get("managers", ()))))
        _require_known(unit, set(managers) - {caller.id})
        draft = Program(id=new_id("prg"), created_at=clock.now(), **{**values, "managers": managers})
        program, events = draft.create()
        return unit.save(program, *events)

    return store.atomically(work)


def list_programs(store: Store, caller: Caller, after: str | None, limit: int) -> tuple[list[Program], str | None]:
    """Programs that are open or running, and one's own whatever their state; for a client, those granted to it."""

    def work(unit: Unit) -> tuple[list[Program], str | None]:
        TABLE.require(caller, "program.list")
        found, following = cut(_listed(unit, caller, after, limit + 1), limit)
        return [_as_seen_by(caller, program) for program in found], following

    return store.reading(work)


def get_program(store: Store, caller: Caller, program_id: str) -> Program:
    """One program."""
    return store.reading(lambda unit: _as_seen_by(caller, visible_program(unit, caller, program_id)))


def change_program(
    store: Store, caller: Caller, program_id: str, changes: Mapping[str, Any], expected: int | None
) -> Program:
    """The program with other values."""

    def work(unit: Unit) -> Program:
        program = _managed(unit, caller, "program.change", program_id, expected)
        _require_known(unit, set(changes.get("managers", ())) - set(program.managers))
        changed, events = program.change(changes)
        return program if changed == program else unit.save(changed, *events)

    return store.atomically(work)


def appoint_managers(
    store: Store, caller: Caller, program_id: str, managers: tuple[str, ...], expected: int | None
) -> Program:
    """Other managers: by one of them, or by a people admin where none is left."""

    def work(unit: Unit) -> Program:
        program = _managed(unit, caller, "program.appoint", program_id, expected)
        _require_known(unit, set(managers) - set(program.managers))
        changed, events = program.change({"managers": tuple(dict.fromkeys(managers))})
        kept = program if changed == program else unit.save(changed, *events)
        return _as_seen_by(caller, kept)

    return store.atomically(work)


def open_program(store: Store, clock: Clock, caller: Caller, program_id: str, expected: int | None = None) -> Program:
    """People may enrol from now on."""

    def work(unit: Unit) -> Program:
        program = _managed(unit, caller, "program.open", program_id, expected)
        if program.state == "open":
            return program
        opened, events = program.open(clock.now())
        return unit.save(opened, *events)

    return store.atomically(work)


def start_program(store: Store, caller: Caller, program_id: str, expected: int | None = None) -> Program:
    """Mentoring runs from now on."""

    def work(unit: Unit) -> Program:
        program = _managed(unit, caller, "program.start", program_id, expected)
        if program.state == "running":
            return program
        started, events = program.start()
        return unit.save(started, *events)

    return store.atomically(work)


def close_program(store: Store, clock: Clock, caller: Caller, program_id: str, expected: int | None = None) -> Program:
    """Nothing new starts; open requests are superseded and mentorships end, at once or by the clock."""

    def work(unit: Unit) -> Program:
        program = _managed(unit, caller, "program.close", program_id, expected)
        if program.state in ("closing", "closed"):
            return program
        return _close(unit, program, clock.now())

    return store.atomically(work)


def advance_program(store: Store, clock: Clock, caller: Caller, program_id: str) -> None:
    """What the clock does with a program that is due: start it, close it, or go on closing it."""

    def work(unit: Unit) -> None:
        now = clock.now()
        program = unit.require(Program, program_id)
        if program.due_at is None or program.due_at > now:
            return
        if program.state == "open":
            started, events = program.start()
            unit.save(started, *events)
        elif program.state == "running":
            _close(unit, program, now)
        elif _end_some(unit, program, now) == 0 and program.is_settled(now):
            finished, events = program.finish()
            unit.save(finished, *events)

    store.atomically(work)


def visible_program(unit: Unit, caller: Caller, program_id: str) -> Program:
    """The program, if the caller may know of it."""
    program = unit.require(Program, program_id)
    TABLE.require(caller, "program.read", permissions.to_program(caller, program), knows=False)
    return program


def _listed(unit: Unit, caller: Caller, after: str | None, limit: int) -> list[Program]:
    if caller.kind == "person":
        return unit.programs_visible_to(caller.id, TAKING_PART, after, limit)
    if not caller.programs:
        return unit.programs_in(ANYWHERE_BUT_DRAFT, after, limit)
    granted = (unit.get(Program, id) for id in sorted(caller.programs) if after is None or id > after)
    return [program for program in granted if program is not None and program.state != "draft"]


def _as_seen_by(caller: Caller, program: Program) -> Program:
    return program if program.is_managed_by(caller.id) else program.as_seen_by_others()


def _managed(unit: Unit, caller: Caller, operation: str, program_id: str, expected: int | None) -> Program:
    program = visible_program(unit, caller, program_id)
    TABLE.require(caller, operation, permissions.to_program(caller, program))
    return unit.require(Program, program_id, expected)


def _require_known(unit: Unit, person_ids: Iterable[str]) -> None:
    ids = sorted(person_ids)
    for person_id in ids:
        known_person(unit, person_id)


def _close(unit: Unit, program: Program, now: datetime) -> Program:
    closing, events = program.close(now)
    saved = unit.save(closing, *events)
    _end_some(unit, saved, now)
    return saved


def _end_some(unit: Unit, program: Program, now: datetime) -> int:
    """End some of what is live in a closing program; how many that were."""
    requests = unit.pending_in(program.id, ENDED_AT_ONCE)
    supersede(unit, requests, "program_closed", now)
    if len(requests) == ENDED_AT_ONCE:
        return len(requests)
    reason: EndReason = "completed" if program.ran_its_course(now) else "ended_early"
    mentorships = unit.live_mentorships_in(program.id, ENDED_AT_ONCE)
    for mentorship in mentorships:
        end_mentorship(unit, mentorship, reason, None, now)
    return len(requests) + len(mentorships)
