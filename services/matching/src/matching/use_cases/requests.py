"""A request's verbs: make, accept, decline, withdraw, and what its clocks do."""

from datetime import datetime

from contracts.fields import Role
from matching import permissions
from matching.domain.errors import NotEnrolled
from matching.domain.program import Program
from matching.domain.request import MOST_REROUTES, STATES, DeclineReason, Request, State
from matching.permissions import TABLE
from matching.ports.unit import Store, Unit
from matching.use_cases.groups import start_or_join
from matching.use_cases.pages import cut
from matching.use_cases.programs import visible_program
from matching.use_cases.seating import open_request, require_pair, take_seats, touch
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import Refusal, WrongState


def make_request(
    store: Store,
    clock: Clock,
    caller: Caller,
    program_id: str,
    *,
    mentor_id: str | None = None,
    mentee_id: str | None = None,
    message: str = "",
) -> Request:
    """Ask `mentor_id` as a mentee, or offer oneself to `mentee_id` as a mentor; exactly one of the two is given.

    Raises:
        NotEnrolled: the caller has no approved place in that role.
        and whatever `seating.open_request` raises.
    """

    def work(unit: Unit) -> Request:
        now = clock.now()
        TABLE.require(caller, "request.make")
        program = visible_program(unit, caller, program_id)
        _require_taking_part(program)
        side: Role = "mentee" if mentor_id is not None else "mentor"
        place = unit.live_enrolment(program_id, caller.id, side)
        if place is None or place.state != "approved":
            raise NotEnrolled(f"You need an approved enrolment as {side} in this program first.")
        return open_request(
            unit,
            program,
            mentee_id=mentee_id or caller.id,
            mentor_id=mentor_id or caller.id,
            made_by=side,
            message=message,
            now=now,
        )

    return store.atomically(work)


def accept_request(store: Store, clock: Clock, caller: Caller, request_id: str, expected: int | None = None) -> Request:
    """The other side says yes: a seat is taken on both sides and a mentorship starts.

    Raises:
        NoSeatLeft: there is none; the request stays as it is.
        DeadlinePassed: too late.
        NotAvailable: a rule of the program refuses the pair by now.
    """

    def work(unit: Unit) -> Request:
        now = clock.now()
        request = _of_mine(unit, caller, "request.accept", request_id, expected)
        if request.state == "accepted":
            return request
        mentorship_id = new_id("mnt")
        request.accept(mentorship_id, now)  # refuses a request that has ended before anything else is looked at
        program = unit.require(Program, request.program_id)
        _require_taking_part(program)
        require_pair(unit, program, request.mentee_id, request.mentor_id, now)
        mentorship = start_or_join(
            unit,
            program,
            mentee_id=request.mentee_id,
            mentor_id=request.mentor_id,
            mentorship_id=mentorship_id,
            request_id=request.id,
            now=now,
        )
        accepted, event = request.accept(mentorship.id, now)
        saved = unit.save(accepted, event)
        take_seats(unit, program.id, request.mentee_id, request.mentor_id, now)
        return saved

    return store.atomically(work)


def decline_request(
    store: Store, clock: Clock, caller: Caller, request_id: str, reason: DeclineReason, expected: int | None = None
) -> Request:
    """The other side says no, for a reason that the side which asked never learns."""

    def work(unit: Unit) -> Request:
        now = clock.now()
        request = _of_mine(unit, caller, "request.decline", request_id, expected)
        if request.state == "declined":
            return request
        declined, events = request.decline(reason, now)
        touch(unit, request.people, now)
        return unit.save(declined, *events)

    return store.atomically(work)


def withdraw_request(
    store: Store, clock: Clock, caller: Caller, request_id: str, expected: int | None = None
) -> Request:
    """The side that asked takes it back."""

    def work(unit: Unit) -> Request:
        now = clock.now()
        request = _of_mine(unit, caller, "request.withdraw", request_id, expected)
        if request.state == "withdrawn":
            return request.as_seen_by(caller.id)
        withdrawn, event = request.withdraw(now)
        touch(unit, request.people, now)
        return unit.save(withdrawn, event)

    return store.atomically(work)


def get_request(store: Store, caller: Caller, request_id: str) -> Request:
    """One request, for its two people."""
    return store.reading(lambda unit: _of_mine(unit, caller, "request.read", request_id, None).as_seen_by(caller.id))


def list_requests(
    store: Store, caller: Caller, *, incoming: bool, state: str | None, after: str | None, limit: int
) -> tuple[list[Request], str | None]:
    """Those that the caller is to answer, or those that the caller made."""

    def work(unit: Unit) -> tuple[list[Request], str | None]:
        TABLE.require(caller, "request.list")
        query = unit.requests_to if incoming else unit.requests_by
        items, following = cut(query(caller.id, state, after, limit + 1), limit)
        return [request.as_seen_by(caller.id) for request in items], following

    return store.reading(work)


def list_program_requests(
    store: Store, caller: Caller, program_id: str, *, state: State | None, after: str | None, limit: int
) -> tuple[list[Request], str | None]:
    """Who asks whom in a program, the oldest first, for its managers; never what the two write or why one declines."""

    def work(unit: Unit) -> tuple[list[Request], str | None]:
        program = visible_program(unit, caller, program_id)
        TABLE.require(caller, "request.watch", permissions.to_program(caller, program))
        states = (state,) if state is not None else STATES
        items, following = cut(unit.requests_in(program_id, states, after, limit + 1), limit)
        return [request.as_seen_by_manager() for request in items], following

    return store.reading(work)


def remind_request(store: Store, clock: Clock, caller: Caller, request_id: str) -> None:
    """The reminder goes out, if the request still waits."""

    def work(unit: Unit) -> None:
        now = clock.now()
        request = unit.require(Request, request_id)
        if request.is_to_be_reminded(now):
            reminded, event = request.remind(now)
            unit.save(reminded, event)

    store.atomically(work)


def expire_request(store: Store, clock: Clock, caller: Caller, request_id: str) -> None:
    """Nobody answered in time, if that is still so; the mentee's next choice may be asked instead."""

    def work(unit: Unit) -> None:
        now = clock.now()
        request = unit.require(Request, request_id)
        if not request.is_overdue(now):
            return
        touch(unit, request.people, now)
        expired, event = request.expire(now)
        expired = unit.save(expired, event)
        following = _ask_next_choice(unit, expired, now)
        if following is not None:
            unit.save(expired, expired.rerouted_to(following))

    store.atomically(work)


def _ask_next_choice(unit: Unit, expired: Request, now: datetime) -> Request | None:
    program = unit.require(Program, expired.program_id)
    if (
        program.requests.on_no_answer != "next_choice"
        or not program.is_taking_part
        or expired.made_by != "mentee"
        or expired.reroutes >= MOST_REROUTES
    ):
        return None
    place = unit.live_enrolment(program.id, expired.mentee_id, "mentee")
    asked = {request.mentor_id for request in unit.asked_by(program.id, expired.mentee_id)}
    for mentor_id in place.wishes if place is not None else ():
        if mentor_id in asked:
            continue
        try:
            # What the mentee wrote was meant for one person, so the next is asked without it.
            return open_request(
                unit,
                program,
                mentee_id=expired.mentee_id,
                mentor_id=mentor_id,
                made_by="mentee",
                message="",
                now=now,
                reroutes=expired.reroutes + 1,
            )
        except Refusal:
            continue  # a wish that cannot be asked now is passed over; it wrote nothing
    return None


def _of_mine(unit: Unit, caller: Caller, operation: str, request_id: str, expected: int | None) -> Request:
    request = unit.require(Request, request_id)
    relations = permissions.to_request(caller, request)
    TABLE.require(caller, "request.read", relations, knows=False)
    TABLE.require(caller, operation, relations)
    return unit.require(Request, request_id, expected)


def _require_taking_part(program: Program) -> None:
    if not program.is_taking_part:
        raise WrongState(f"The program is {program.state}; people ask and answer while it is open or running.")
