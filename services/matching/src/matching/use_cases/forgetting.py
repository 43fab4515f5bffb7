"""The right to be forgotten in matching: hide somebody while it can be undone, then destroy what is kept of them."""

from dataclasses import replace
from datetime import datetime

from matching.domain.mentorship import Mentorship
from matching.domain.person import Person, Profile
from matching.domain.program import Program
from matching.domain.snapshot import Forgetting
from matching.ports.unit import Store, Unit
from matching.use_cases.people import leave_everything, supersede_requests
from matching.use_cases.receipts import give_receipt
from matching.use_cases.runs.leaving import forget_in_runs
from matching.use_cases.seating import seats_of, touch
from servicekit.clock import Clock
from servicekit.forgetting import forget_traces


def hide_person(store: Store, clock: Clock, erasure_id: str, person_id: str) -> None:
    """They asked to be forgotten: nobody is matched with them, their requests end, their mentorships rest."""

    def work(unit: Unit) -> None:
        now = clock.now()
        person = unit.get(Person, person_id) or Person(id=person_id, status="active", changed_at=now)
        if person.status == "erased" or erasure_id in person.hidden_by:
            return
        unit.save(seats_of(unit, person_id, now).touched(now))
        supersede_requests(unit, person_id, now)
        resting = tuple(_rest(unit, one, now) for one in unit.live_mentorships_of(person_id) if one.state == "active")
        unit.save(
            replace(
                person,
                hidden_by=(*person.hidden_by, erasure_id),
                resting=(*person.resting, *resting),
                changed_at=now,
            )
        )

    store.atomically(work)


def show_person(store: Store, clock: Clock, erasure_id: str, person_id: str) -> None:
    """It was undone: they are matched again, and what rested for it goes on where its program still does."""

    def work(unit: Unit) -> None:
        now = clock.now()
        person = unit.get(Person, person_id)
        if person is None or erasure_id not in person.hidden_by:
            return
        hidden_by = tuple(id for id in person.hidden_by if id != erasure_id)
        unit.save(seats_of(unit, person_id, now).touched(now))
        resting = person.resting
        if not hidden_by:
            resting = ()
            for mentorship_id in person.resting:
                _go_on(unit, unit.require(Mentorship, mentorship_id), person_id, now)
        unit.save(replace(person, hidden_by=hidden_by, resting=resting, changed_at=now))

    store.atomically(work)


def erase_person(store: Store, clock: Clock, erasure_id: str, person_id: str) -> None:
    """An erasure has started: destroy, and say how much, once per erasure and not before snapshots are without them."""

    def work(unit: Unit) -> None:
        person = _forgotten(unit, person_id, clock.now())
        forgetting = unit.get(Forgetting, person_id)
        if forgetting is None or forgetting.is_last:
            give_receipt(unit, erasure_id, person_id, person.destroyed)
        elif erasure_id not in forgetting.erasures:
            unit.save(replace(forgetting, erasures=(*forgetting.erasures, erasure_id)))

    store.atomically(work)


def forget_person(store: Store, clock: Clock, person_id: str) -> None:
    """Somebody was erased; harmless when the erasure itself was told before."""
    store.atomically(lambda unit: _forgotten(unit, person_id, clock.now()))


def _forgotten(unit: Unit, person_id: str, now: datetime) -> Person:
    """Destroy what is kept about a person but their id, and what they wrote; they leave everything."""
    held = unit.get(Person, person_id)
    if held is not None and held.status == "erased":
        return held
    unit.save(seats_of(unit, person_id, now).touched(now))
    leave_everything(unit, person_id, "erased", now)
    destroyed = {
        "people": 1 if held is not None else 0,
        "profiles": _blank_profile(unit, person_id, now),
        "request_messages": _blank_messages(unit, person_id),
        "wishes": _blank_wishes(unit, person_id, now),
        "proposals": forget_in_runs(unit, person_id, now),
        **forget_traces(unit, "matching", person_id),
    }
    version = held.version if held is not None else 0
    return unit.save(Person(id=person_id, version=version, status="erased", changed_at=now, destroyed=destroyed))


def _blank_profile(unit: Unit, person_id: str, now: datetime) -> int:
    held = unit.get(Profile, person_id)
    version = held.version if held is not None else 0
    # Not removed: the match in memory learns of changes, not of what is not there any more.
    unit.save(Profile(id=person_id, version=version, capacity=0, opted_out=True, changed_at=now))
    return 1 if held is not None else 0


def _blank_messages(unit: Unit, person_id: str) -> int:
    written = [request for request in unit.requests_by(person_id, None, None, None) if request.message]
    for request in written:
        unit.save(replace(request, message=""))
    return len(written)


def _blank_wishes(unit: Unit, person_id: str, now: datetime) -> int:
    wishing = [enrolment for enrolment in unit.enrolments_of(person_id) if enrolment.wishes]
    for enrolment in wishing:
        unit.save(replace(enrolment, wishes=(), changed_at=now))
    return len(wishing)


def _rest(unit: Unit, mentorship: Mentorship, now: datetime) -> str:
    touch(unit, mentorship.people, now)
    paused, event = mentorship.pause()
    return unit.save(paused, event).id


def _go_on(unit: Unit, mentorship: Mentorship, person_id: str, now: datetime) -> None:
    others = [unit.get(Person, id) for id in mentorship.people if id != person_id]
    for other in others:
        if other is not None and mentorship.id in other.resting:
            return
    if mentorship.state != "paused" or not unit.require(Program, mentorship.program_id).is_taking_part:
        return
    touch(unit, mentorship.people, now)
    resumed, event = mentorship.resume()
    unit.save(resumed, event)
