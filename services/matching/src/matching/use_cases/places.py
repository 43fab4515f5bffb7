"""Granting a program's places and giving them back, with the seats that hang on them."""

from datetime import datetime

from contracts.fields import Role
from matching.domain.enrolment import Enrolment
from matching.domain.errors import ProgramFull
from matching.domain.program import Program
from matching.ports.unit import Unit
from matching.use_cases.seating import seats_of


def grant(unit: Unit, program: Program, enrolment: Enrolment, now: datetime) -> Enrolment:
    """Approve an enrolment and open its seats.

    Raises:
        ProgramFull: every place of this role is given.
        WrongState: it was decided already.
    """
    if not has_place(unit, program, enrolment.role):
        raise ProgramFull(f"All places for a {enrolment.role} are given. Waitlist the person, or allow more places.")
    if program.places.limit(enrolment.role) is not None:
        # Two approvals of the last place must conflict, and the program is what they share.
        unit.save(unit.require(Program, program.id))
    approved, event = enrolment.approve(seats_of(unit, enrolment.person_id, now).own_limit, now)
    saved = unit.save(approved, event)
    open_seats(unit, saved, now)
    return saved


def give_up(unit: Unit, enrolment: Enrolment, now: datetime) -> Enrolment:
    """Withdraw a place whose requests and mentorships are dealt with, and let who waits first follow."""
    held_place = enrolment.state in ("approved", "paused")
    withdrawn, event = enrolment.withdraw(now)
    saved = unit.save(withdrawn, event)
    open_seats(unit, saved, now)
    if held_place:
        _follow(unit, unit.require(Program, enrolment.program_id), enrolment.role, now)
    return saved


def has_place(unit: Unit, program: Program, role: Role) -> bool:
    """Whether the program has a place left for one more in this role."""
    limit = program.places.limit(role)
    return limit is None or unit.places_given(program.id, role) < limit


def open_seats(unit: Unit, enrolment: Enrolment, now: datetime) -> None:
    """Say how many seats the enrolment has, none unless its place is granted; what is taken stays taken."""
    seats = seats_of(unit, enrolment.person_id, now)
    has_place = enrolment.state in ("approved", "paused")
    limit, as_profile = (enrolment.capacity, enrolment.as_profile) if has_place else (0, False)
    unit.save(seats.placed(enrolment.program_id, enrolment.role, limit, now, as_profile=as_profile))


def follow_profile(unit: Unit, person_id: str, capacity: int, now: datetime) -> None:
    """The profile says `capacity`: the places that are as it says follow, and what is taken stays taken."""
    before = seats_of(unit, person_id, now)
    after = unit.save(before.limited(capacity, now))
    if after.places == before.places:
        return
    for enrolment in unit.live_enrolments_of(person_id):
        if enrolment.as_profile and enrolment.capacity != after.own_limit:
            followed, event = enrolment.follow(after.own_limit, now)
            unit.save(followed, event)


def _follow(unit: Unit, program: Program, role: Role, now: datetime) -> None:
    """A place is free: the first of the waitlist gets it, or the managers are asked, as the program says."""
    if not program.is_taking_part:
        return
    waiting = unit.first_waiting(program.id, role)
    if waiting is None or not has_place(unit, program, role):
        return
    if program.waitlist == "auto":
        grant(unit, program, waiting, now)
    else:
        unit.save(program, program.vacated(role, waiting.id))
