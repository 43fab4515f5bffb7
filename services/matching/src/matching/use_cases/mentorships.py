"""A mentorship's verbs: confirm, decline, pause, resume, end; and what its clock does."""

from dataclasses import dataclass, replace

from matching import permissions
from matching.domain.mentorship import DeclineReason, EndReason, Mentorship
from matching.domain.program import Program
from matching.permissions import TABLE
from matching.ports.unit import Store, Unit
from matching.use_cases import seating
from matching.use_cases.pages import cut
from matching.use_cases.programs import visible_program
from matching.use_cases.seating import leave_mentorship, touch
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import NotFound, WrongState


@dataclass(frozen=True, kw_only=True)
class Flagged(Mentorship):
    """A mentorship with what its program's managers should look at: `reporting_line`, after a later HR change."""

    flags: tuple[str, ...] = ()


def list_mentorships(
    store: Store, caller: Caller, *, program_id: str | None, state: str | None, after: str | None, limit: int
) -> tuple[list[Flagged], str | None]:
    """One's own; a program's for its managers and granted clients, who name it."""

    def work(unit: Unit) -> tuple[list[Flagged], str | None]:
        program = None if program_id is None else visible_program(unit, caller, program_id)
        relations = set() if program is None else permissions.to_program(caller, program)
        TABLE.require(caller, "mentorship.list", relations)
        if program is not None and relations & {"manager", "granted"}:
            found = unit.mentorships_in(program.id, state, after, limit + 1)
        else:
            found = unit.mentorships_of(caller.id, program_id, state, after, limit + 1)
        items, following = cut(found, limit)
        return [_shown(unit, caller, program, one) for one in items], following

    return store.reading(work)


def get_mentorship(store: Store, caller: Caller, mentorship_id: str) -> Flagged:
    """One mentorship."""

    def work(unit: Unit) -> Flagged:
        mentorship, _ = _allowed(unit, caller, "mentorship.read", mentorship_id, None)
        return _shown(unit, caller, unit.require(Program, mentorship.program_id), mentorship)

    return store.reading(work)


def confirm_mentorship(
    store: Store, clock: Clock, caller: Caller, mentorship_id: str, expected: int | None = None
) -> Mentorship:
    """One of its people says yes to what a run proposed; with the last of those who are asked it starts.

    Raises:
        DeadlinePassed: too late.
    """

    def work(unit: Unit) -> Mentorship:
        now = clock.now()
        mentorship, relations = _allowed(unit, caller, "mentorship.confirm", mentorship_id, expected)
        if caller.id in mentorship.confirmed_by and mentorship.state in ("proposed", "active"):
            return _as_seen_by(caller, "manager" in relations, mentorship)
        confirmed, events = mentorship.confirm(caller.id, now)
        touch(unit, mentorship.people, now)
        return _as_seen_by(caller, "manager" in relations, unit.save(confirmed, *events))

    return store.atomically(work)


def decline_mentorship(
    store: Store,
    clock: Clock,
    caller: Caller,
    mentorship_id: str,
    reason: DeclineReason,
    expected: int | None = None,
) -> Mentorship:
    """One of its people says no to what a run proposed, for a reason that the other never learns."""

    def work(unit: Unit) -> Mentorship:
        mentorship, _ = _allowed(unit, caller, "mentorship.decline", mentorship_id, expected)
        if mentorship.state == "declined" and mentorship.ended_by == caller.id:
            return mentorship
        return seating.decline_proposed(unit, mentorship, reason, caller.id, clock.now())

    return store.atomically(work)


def expire_mentorship(store: Store, clock: Clock, caller: Caller, mentorship_id: str) -> None:
    """It was not confirmed in time, if that is still so: its seats are free again."""

    def work(unit: Unit) -> None:
        now = clock.now()
        mentorship = unit.require(Mentorship, mentorship_id)
        if mentorship.is_overdue(now):
            seating.give_seats_back(unit, mentorship, now)
            expired, event = mentorship.expire(now)
            unit.save(expired, event)

    store.atomically(work)


def pause_mentorship(
    store: Store, clock: Clock, caller: Caller, mentorship_id: str, expected: int | None = None
) -> Mentorship:
    """It rests and keeps its seats."""

    def work(unit: Unit) -> Mentorship:
        mentorship, _ = _allowed(unit, caller, "mentorship.pause", mentorship_id, expected)
        if mentorship.state == "paused":
            return mentorship
        paused, event = mentorship.pause()
        touch(unit, mentorship.people, clock.now())
        return unit.save(paused, event)

    return store.atomically(work)


def resume_mentorship(
    store: Store, clock: Clock, caller: Caller, mentorship_id: str, expected: int | None = None
) -> Mentorship:
    """The rest is over."""

    def work(unit: Unit) -> Mentorship:
        mentorship, _ = _allowed(unit, caller, "mentorship.resume", mentorship_id, expected)
        if mentorship.state == "active":
            return mentorship
        program = unit.require(Program, mentorship.program_id)
        if not program.is_taking_part:
            raise WrongState(f"The program is {program.state}; its mentorships are being ended.")
        resumed, event = mentorship.resume()
        touch(unit, mentorship.people, clock.now())
        return unit.save(resumed, event)

    return store.atomically(work)


def end_mentorship(
    store: Store,
    clock: Clock,
    caller: Caller,
    mentorship_id: str,
    reason: EndReason,
    expected: int | None = None,
) -> Mentorship:
    """It is over and its seats are free; a mentee of a group leaves it, and the others go on."""

    def work(unit: Unit) -> Mentorship:
        mentorship, relations = _allowed(unit, caller, "mentorship.end", mentorship_id, expected)
        by_manager = "manager" in relations
        if mentorship.state in ("ended", "declined") and (by_manager or mentorship.ended_by == caller.id):
            return _as_seen_by(caller, by_manager, mentorship)
        leaver = caller.id if "mentee" in relations else mentorship.mentor_id
        ended = leave_mentorship(unit, mentorship, leaver, reason, caller.id, clock.now())
        return _as_seen_by(caller, by_manager, ended)

    return store.atomically(work)


def end_flash(store: Store, clock: Clock, mentorship_id: str) -> None:
    """Its one session was held: a mentorship of a flash program has run its course."""

    def work(unit: Unit) -> None:
        mentorship = unit.get(Mentorship, mentorship_id)
        if mentorship is None or mentorship.state not in ("active", "paused"):
            return
        if unit.require(Program, mentorship.program_id).kind == "flash":
            seating.end_mentorship(unit, mentorship, "completed", None, clock.now())

    store.atomically(work)


def _allowed(
    unit: Unit, caller: Caller, operation: str, mentorship_id: str, expected: int | None
) -> tuple[Mentorship, set[str]]:
    mentorship = unit.get(Mentorship, mentorship_id)
    if mentorship is None:
        raise NotFound(f"There is no mentorship {mentorship_id}.")
    relations = permissions.to_mentorship(caller, unit.require(Program, mentorship.program_id), mentorship)
    TABLE.require(caller, "mentorship.read", relations, knows=False)
    TABLE.require(caller, operation, relations)
    return unit.require(Mentorship, mentorship_id, expected), relations


def _shown(unit: Unit, caller: Caller, program: Program | None, mentorship: Mentorship) -> Flagged:
    """The mentorship as this reader may know it; a reporting line is for the program's managers."""
    is_manager = program is not None and program.is_managed_by(caller.id)
    flags: tuple[str, ...] = ()
    if is_manager and program is not None and mentorship.is_live and program.rules.reporting_line == "forbidden":
        crossed = any(seating.in_line(unit, mentorship.mentor_id, mentee_id) for mentee_id in mentorship.mentee_ids)
        flags = ("reporting_line",) if crossed else ()
    return Flagged(**vars(_as_seen_by(caller, is_manager, mentorship)), flags=flags)


def _as_seen_by(caller: Caller, is_manager: bool, mentorship: Mentorship) -> Mentorship:
    """Why it ended is for the managers and for whoever ended it; everybody else reads the outcome."""
    if is_manager or caller.id == mentorship.ended_by:
        return mentorship
    told: EndReason | None = "completed" if mentorship.reason == "completed" else None
    return replace(mentorship, reason=told, ended_by=None)
