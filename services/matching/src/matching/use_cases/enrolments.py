"""An enrolment's verbs: apply, approve, reject, waitlist, change, pause, resume, withdraw."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from contracts import Event
from contracts.fields import Role
from matching import permissions
from matching.domain.enrolment import Enrolment
from matching.domain.errors import AlreadyEnrolled, NotEligible
from matching.domain.pairing import attributes_of
from matching.domain.person import Person, Profile
from matching.domain.program import Program
from matching.domain.seats import Seats
from matching.permissions import TABLE
from matching.ports.unit import Store, Unit
from matching.use_cases.pages import cut
from matching.use_cases.places import give_up, grant, has_place, open_seats
from matching.use_cases.programs import visible_program
from matching.use_cases.seating import known_person, leave_mentorship, seats_of, supersede, touch
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import FieldError, InvalidInput, WrongState

Move = Callable[[Unit, Program, Enrolment, datetime], Enrolment]


@dataclass(frozen=True, kw_only=True)
class Standing(Enrolment):
    """An enrolment with its seats; over capacity is what a lowered limit leaves, and managers see."""

    taken: int
    left: int
    over_capacity: bool


def apply(
    store: Store,
    clock: Clock,
    caller: Caller,
    program_id: str,
    *,
    role: Role,
    capacity: int | None = None,
    wishes: tuple[str, ...] = (),
    person_id: str | None = None,
) -> Enrolment:
    """A place asked for, for oneself; or given to `person_id` by a manager, who thereby approves it.

    Raises:
        NotYetKnown: somebody named is not known here yet.
        NotEligible: the program is not for this person.
        AlreadyEnrolled: they have a live place in this role.
    """

    def work(unit: Unit) -> Enrolment:
        now = clock.now()
        program = visible_program(unit, caller, program_id)
        subject = person_id or caller.id
        TABLE.require(caller, "enrolment.apply", permissions.to_person(caller, program, subject))
        _require_taking_part(program)
        person = known_person(unit, subject)
        _require_eligible(unit, program, person)
        if unit.live_enrolment(program_id, subject, role) is not None:
            raise AlreadyEnrolled(f"There is a live enrolment as {role} already. Change or withdraw that one.")
        _require_wishes_known(unit, wishes)
        touch(unit, (subject,), now)
        as_profile = capacity is None and role == "mentor"
        enrolment, applied = Enrolment(
            id=new_id("enr"),
            program_id=program_id,
            person_id=subject,
            role=role,
            capacity=seats_of(unit, subject, now).own_limit if as_profile else capacity or 1,
            as_profile=as_profile,
            wishes=wishes,
            applied_at=now,
            changed_at=now,
        ).apply()
        saved = unit.save(enrolment, applied)
        if subject != caller.id:
            return grant(unit, program, saved, now)
        if program.approval == "manager":
            return saved
        return grant(unit, program, saved, now) if has_place(unit, program, role) else _wait(unit, program, saved, now)

    return store.atomically(work)


def list_enrolments(
    store: Store,
    clock: Clock,
    caller: Caller,
    program_id: str,
    *,
    state: str | None,
    role: Role | None,
    person_id: str | None = None,
    after: str | None,
    limit: int,
) -> tuple[list[Standing], str | None]:
    """All (or those of `person_id`) for the program's managers and granted clients; one's own for everybody else."""

    def work(unit: Unit) -> tuple[list[Standing], str | None]:
        program = visible_program(unit, caller, program_id)
        relations = permissions.to_program(caller, program)
        TABLE.require(caller, "enrolment.list", relations)
        whose = person_id if relations & {"manager", "granted"} else caller.id
        if person_id not in (None, whose):
            return [], None
        found, following = cut(unit.enrolments_in(program_id, whose, state, role, after, limit + 1), limit)
        unit.prefetch(Seats, [enrolment.person_id for enrolment in found])
        return [_standing(unit, _as_seen_by(caller, enrolment), clock.now()) for enrolment in found], following

    return store.reading(work)


def get_enrolment(store: Store, caller: Caller, enrolment_id: str) -> Enrolment:
    """One enrolment."""
    return store.reading(
        lambda unit: _as_seen_by(caller, _allowed(unit, caller, "enrolment.read", enrolment_id, None)[1])
    )


def change_enrolment(
    store: Store,
    clock: Clock,
    caller: Caller,
    enrolment_id: str,
    *,
    capacity: int | None = None,
    as_profile: bool | None = None,
    wishes: tuple[str, ...] | None = None,
    expected: int | None,
) -> Enrolment:
    """With another capacity or other wishes; lowering a capacity ends nothing.

    Raises:
        InvalidInput: a number and `as_profile` at once, or `as_profile` of a mentee.
    """

    def work(unit: Unit) -> Enrolment:
        now = clock.now()
        _, enrolment = _allowed(unit, caller, "enrolment.change", enrolment_id, expected)
        _require_wishes_known(unit, wishes or ())
        if as_profile and capacity is not None:
            either = FieldError("/as_profile", "is instead of a capacity; send one of the two")
            raise InvalidInput("The capacity cannot be like this.", [either])
        follows = enrolment.as_profile and capacity is None if as_profile is None else as_profile
        number = enrolment.capacity if capacity is None else capacity
        changed, event = enrolment.change(
            seats_of(unit, enrolment.person_id, now).own_limit if follows else number,
            follows,
            enrolment.wishes if wishes is None else wishes,
            now,
        )
        saved = unit.save(changed, event)
        open_seats(unit, saved, now)
        return saved

    return store.atomically(work)


def approve(store: Store, clock: Clock, caller: Caller, enrolment_id: str, expected: int | None = None) -> Enrolment:
    """The place is granted."""
    return _decide(store, clock, caller, "enrolment.approve", enrolment_id, expected, "approved", grant)


def reject(store: Store, clock: Clock, caller: Caller, enrolment_id: str, expected: int | None = None) -> Enrolment:
    """The place is refused."""
    return _decide(
        store, clock, caller, "enrolment.reject", enrolment_id, expected, "rejected", _plain(Enrolment.reject)
    )


def waitlist(store: Store, clock: Clock, caller: Caller, enrolment_id: str, expected: int | None = None) -> Enrolment:
    """The person waits for a place."""
    return _decide(store, clock, caller, "enrolment.waitlist", enrolment_id, expected, "waitlisted", _wait)


def pause(store: Store, clock: Clock, caller: Caller, enrolment_id: str, expected: int | None = None) -> Enrolment:
    """The person takes nothing new for now."""
    return _decide(store, clock, caller, "enrolment.pause", enrolment_id, expected, "paused", _plain(Enrolment.pause))


def resume(store: Store, clock: Clock, caller: Caller, enrolment_id: str, expected: int | None = None) -> Enrolment:
    """The pause is over."""
    return _decide(
        store, clock, caller, "enrolment.resume", enrolment_id, expected, "approved", _plain(Enrolment.resume)
    )


def withdraw(store: Store, clock: Clock, caller: Caller, enrolment_id: str, expected: int | None = None) -> Enrolment:
    """The place is given up: its open requests are superseded, its mentorships end, who waits first may follow."""

    def move(unit: Unit, program: Program, enrolment: Enrolment, now: datetime) -> Enrolment:
        supersede(unit, unit.pending_as(enrolment.role, enrolment.person_id, program.id), "person_gone", now)
        for mentorship in unit.live_mentorships_of(enrolment.person_id, program.id):
            if (mentorship.mentor_id == enrolment.person_id) == (enrolment.role == "mentor"):
                leave_mentorship(unit, mentorship, enrolment.person_id, "ended_early", caller.id, now)
        return give_up(unit, enrolment, now)

    return _decide(store, clock, caller, "enrolment.withdraw", enrolment_id, expected, "withdrawn", move)


def _decide(
    store: Store,
    clock: Clock,
    caller: Caller,
    operation: str,
    enrolment_id: str,
    expected: int | None,
    becomes: str,
    move: Move,
) -> Enrolment:
    def work(unit: Unit) -> Enrolment:
        program, enrolment = _allowed(unit, caller, operation, enrolment_id, expected)
        if enrolment.state == becomes:
            return enrolment
        if operation != "enrolment.withdraw":
            _require_taking_part(program)
        return move(unit, program, enrolment, clock.now())

    return store.atomically(work)


def _allowed(
    unit: Unit, caller: Caller, operation: str, enrolment_id: str, expected: int | None
) -> tuple[Program, Enrolment]:
    enrolment = unit.require(Enrolment, enrolment_id)
    program = unit.require(Program, enrolment.program_id)
    relations = permissions.to_person(caller, program, enrolment.person_id)
    TABLE.require(caller, "enrolment.read", relations, knows=False)
    TABLE.require(caller, operation, relations)
    return program, unit.require(Enrolment, enrolment_id, expected)


def _wait(unit: Unit, program: Program, enrolment: Enrolment, now: datetime) -> Enrolment:
    return _plain(Enrolment.wait)(unit, program, enrolment, now)


def _plain(step: Callable[[Enrolment, datetime], tuple[Enrolment, Event]]) -> Move:
    """A move that changes nothing but the enrolment."""

    def move(unit: Unit, program: Program, enrolment: Enrolment, now: datetime) -> Enrolment:
        touch(unit, (enrolment.person_id,), now)
        moved, event = step(enrolment, now)
        return unit.save(moved, event)

    return move


def _as_seen_by(caller: Caller, enrolment: Enrolment) -> Enrolment:
    """Whom somebody wishes for is for them and the program's managers, not for an integrator's client."""
    return replace(enrolment, wishes=()) if caller.kind == "client" else enrolment


def _standing(unit: Unit, enrolment: Enrolment, now: datetime) -> Standing:
    seats = seats_of(unit, enrolment.person_id, now)
    taken = seats.taken_at(enrolment.program_id, enrolment.role)
    over = taken > enrolment.capacity or (enrolment.role == "mentor" and seats.is_over_capacity)
    left = seats.left(enrolment.program_id, enrolment.role)
    return Standing(**vars(enrolment), taken=taken, left=left, over_capacity=over)


def _require_taking_part(program: Program) -> None:
    if not program.is_taking_part:
        raise WrongState(f"The program is {program.state}; people enrol while it is open or running.")


def _require_eligible(unit: Unit, program: Program, person: Person) -> None:
    known = attributes_of(person, unit.get(Profile, person.id))
    if person.is_gone or not program.eligibility.admits(person, known):
        raise NotEligible("This program is for other departments, sites or levels.")


def _require_wishes_known(unit: Unit, wishes: tuple[str, ...]) -> None:
    unit.prefetch(Person, wishes)
    for person_id in wishes:
        known_person(unit, person_id)
