"""The steps that several verbs share: raising seats, opening requests, overtaking them, ending mentorships.

Each works inside the caller's transaction and saves the seats of everybody concerned, as rule 4 of the domain asks.
"""

from collections.abc import Iterable
from datetime import datetime

from contracts.fields import Role
from engine.lines import Lines
from matching.domain import pairing
from matching.domain.errors import AlreadyAsked, AlreadyPaired, NoSeatLeft, NotAvailable, TooManyOpenRequests
from matching.domain.mentorship import EndReason, Mentorship, Reason
from matching.domain.person import Person, Profile
from matching.domain.program import Program
from matching.domain.request import Cause, Request
from matching.domain.seats import Seats
from matching.ports.unit import Unit
from servicekit.ids import new_id
from servicekit.refusals import NotYetKnown

REFUSED = {
    "shared_language": "You share no language.",
    "max_time_zone_hours": "Your time zones are further apart than this program allows.",
    "meet": "You are at different sites and do not both meet remotely.",
    "oneself": "Nobody can mentor themselves.",
}
_DEEPEST_LINE = 100


def seats_of(unit: Unit, person_id: str, now: datetime) -> Seats:
    """The person's seats; new ones where the person has none yet."""
    return unit.get(Seats, person_id) or Seats(id=person_id, changed_at=now)


def touch(unit: Unit, person_ids: Iterable[str], now: datetime) -> None:
    """Raise the version of the seats of each person, so that whoever else moves them now runs again."""
    ids = list(dict.fromkeys(person_ids))
    unit.prefetch(Seats, ids)
    for person_id in ids:
        unit.save(seats_of(unit, person_id, now).touched(now))


def known_person(unit: Unit, person_id: str) -> Person:
    """The person, as far as events have told.

    Raises:
        NotYetKnown: none has.
    """
    person = unit.get(Person, person_id)
    if person is None:
        raise NotYetKnown(f"{person_id} is not known here yet. Try again in a second, or check the id.")
    return person


def require_pair(unit: Unit, program: Program, mentee_id: str, mentor_id: str, now: datetime) -> None:
    """Pass where both hold their place and no rule of the program refuses the pair.

    Raises:
        NotYetKnown: one of them is not known here yet.
        NotAvailable: they may not be paired; a reason that is private to somebody is not told.
    """
    mentee, mentor = known_person(unit, mentee_id), known_person(unit, mentor_id)
    sides: tuple[tuple[str, Role], ...] = ((mentee_id, "mentee"), (mentor_id, "mentor"))
    for person_id, role in sides:
        place = unit.live_enrolment(program.id, person_id, role)
        if place is None or place.state != "approved":
            raise NotAvailable("This person is not available in this program.")
    rule = pairing.broken_rule(
        program,
        (mentee, unit.get(Profile, mentee_id)),
        (mentor, unit.get(Profile, mentor_id)),
        lines_above(unit, (mentee, mentor)),
        now,
    )
    if rule is not None:
        raise NotAvailable(REFUSED.get(rule, "This person is not available in this program."))


def in_line(unit: Unit, one: str, other: str) -> bool:
    """Whether one of the two is above the other in the reporting line, as it is now."""
    people = tuple(person for person in (unit.get(Person, one), unit.get(Person, other)) if person is not None)
    lines = Lines(lines_above(unit, people))
    return one in lines.above(other) or other in lines.above(one)


def open_request(
    unit: Unit,
    program: Program,
    *,
    mentee_id: str,
    mentor_id: str,
    made_by: Role,
    message: str,
    now: datetime,
    reroutes: int = 0,
) -> Request:
    """Make and save a request, where nothing speaks against it.

    Raises:
        NotAvailable, NotYetKnown: see `require_pair`.
        AlreadyAsked, AlreadyPaired: these two wait for an answer, or work together.
        NoSeatLeft: one of the two has no room.
        TooManyOpenRequests: one of the two has as many as the program allows.
    """
    require_pair(unit, program, mentee_id, mentor_id, now)
    if unit.pending_between(program.id, mentee_id, mentor_id) is not None:
        raise AlreadyAsked("A request between you two is waiting for its answer.")
    if unit.live_between(program.id, mentee_id, mentor_id) is not None:
        raise AlreadyPaired("You two work together in this program already.")
    _require_room(unit, program, mentee_id, mentor_id, now)
    touch(unit, (mentee_id, mentor_id), now)
    request, made = Request.make(
        id=new_id("req"),
        program_id=program.id,
        mentee_id=mentee_id,
        mentor_id=mentor_id,
        made_by=made_by,
        message=message,
        terms=program.requests,
        now=now,
        reroutes=reroutes,
    )
    return unit.save(request, made)


def supersede(unit: Unit, requests: Iterable[Request], cause: Cause, now: datetime) -> None:
    """End requests that events overtook."""
    overtaken = list(requests)
    touch(unit, (person_id for request in overtaken for person_id in request.people), now)
    for request in overtaken:
        superseded, event = request.supersede(cause, now)
        unit.save(superseded, event)


def take_seats(unit: Unit, program_id: str, mentee_id: str, mentor_id: str, now: datetime) -> None:
    """Take a seat on both sides, and supersede what neither side can take any more.

    Raises:
        NoSeatLeft: one side has none.
    """
    mentor_seats = unit.save(seats_of(unit, mentor_id, now).take(program_id, "mentor", now))
    mentee_seats = unit.save(seats_of(unit, mentee_id, now).take(program_id, "mentee", now))
    if mentee_seats.left(program_id, "mentee") == 0:
        supersede(unit, unit.pending_as("mentee", mentee_id, program_id), "wish_met", now)
    # The mentor's own limit spans programs, so their requests in every program are looked at.
    waiting = unit.pending_as("mentor", mentor_id)
    supersede(unit, [one for one in waiting if mentor_seats.left(one.program_id, "mentor") == 0], "no_seat", now)


def end_mentorship(unit: Unit, mentorship: Mentorship, reason: EndReason, by: str | None, now: datetime) -> Mentorship:
    """End it and give every seat back; one that is only proposed is declined."""
    if mentorship.state == "proposed":
        return decline_proposed(unit, mentorship, reason, by, now)
    give_seats_back(unit, mentorship, now)
    ended, events = mentorship.end(reason, by, now)
    return unit.save(ended, *events)


def decline_proposed(unit: Unit, mentorship: Mentorship, reason: Reason, by: str | None, now: datetime) -> Mentorship:
    """Decline what a run proposed and give both seats back."""
    declined, events = mentorship.decline(reason, by, now)
    give_seats_back(unit, mentorship, now)
    return unit.save(declined, *events)


def give_seats_back(unit: Unit, mentorship: Mentorship, now: datetime) -> None:
    """Every seat that the mentorship holds is free again."""
    for person_id, role in mentorship.sides:
        unit.save(seats_of(unit, person_id, now).give_back(mentorship.program_id, role, now))


def depart(unit: Unit, mentorship: Mentorship, mentee_id: str, now: datetime) -> Mentorship:
    """Let one mentee leave a group that goes on, and give both seats back."""
    touch(unit, mentorship.people, now)
    unit.save(seats_of(unit, mentorship.mentor_id, now).give_back(mentorship.program_id, "mentor", now))
    unit.save(seats_of(unit, mentee_id, now).give_back(mentorship.program_id, "mentee", now))
    rest, departed = mentorship.depart(mentee_id)
    return unit.save(rest, departed)


def leave_mentorship(
    unit: Unit, mentorship: Mentorship, person_id: str, reason: EndReason, by: str | None, now: datetime
) -> Mentorship:
    """One person leaves: the mentorship ends, unless it is a group that still has a mentee."""
    if person_id != mentorship.mentor_id and len(mentorship.mentee_ids) > 1:
        return depart(unit, mentorship, person_id, now)
    return end_mentorship(unit, mentorship, reason, by, now)


def require_seats(unit: Unit, program: Program, mentee_id: str, mentor_id: str, now: datetime) -> None:
    """Pass where both have a seat left in the program.

    Raises:
        NoSeatLeft: one of them has none.
    """
    if seats_of(unit, mentor_id, now).left(program.id, "mentor") == 0:
        raise NoSeatLeft("This mentor has no free seat now. Ask somebody else.")
    if seats_of(unit, mentee_id, now).left(program.id, "mentee") == 0:
        raise NoSeatLeft("This mentee has found as many mentors as they wanted.")


def _require_room(unit: Unit, program: Program, mentee_id: str, mentor_id: str, now: datetime) -> None:
    require_seats(unit, program, mentee_id, mentor_id, now)
    if len(unit.pending_as("mentee", mentee_id, program.id)) >= program.requests.open_per_mentee:
        raise TooManyOpenRequests(
            f"At most {program.requests.open_per_mentee} requests of a mentee may wait at once. "
            "Withdraw one, or wait for an answer."
        )
    if len(unit.pending_as("mentor", mentor_id, program.id)) >= program.requests.open_per_mentor:
        raise TooManyOpenRequests("This mentor has many requests to answer first. Ask somebody else, or later.")


def lines_above(unit: Unit, people: Iterable[Person]) -> dict[str, str]:
    """Each person on the reporting lines with their manager."""
    managers: dict[str, str] = {}
    waiting = [person for person in people if person.manager_id]
    for _ in range(_DEEPEST_LINE):
        if not waiting:
            break
        managers |= {person.id: person.manager_id or "" for person in waiting}
        above = {person.manager_id for person in waiting if person.manager_id} - managers.keys()
        unit.prefetch(Person, sorted(above))
        found = (unit.get(Person, person_id) for person_id in sorted(above))
        waiting = [person for person in found if person is not None and person.manager_id]
    return managers
