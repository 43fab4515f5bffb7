"""What follows in matching when a person, a profile, a word or a client changes elsewhere."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from matching.domain.mentorship import EndReason
from matching.domain.person import Client, Person, Profile, Word
from matching.ports import Store, Unit
from matching.use_cases.places import give_up
from matching.use_cases.runs.snapshots import forget_in_runs, leave_runs
from matching.use_cases.seating import leave_mentorship, seats_of, supersede
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.entity import Entity

E = TypeVar("E", bound=Entity)


def keep_person(store: Store, clock: Clock, person: Person) -> None:
    """Keep the newest facts; a person who is gone leaves everything they took part in."""

    def work(unit: Unit) -> None:
        now = clock.now()
        _keep(unit, replace(person, changed_at=now))
        unit.save(seats_of(unit, person.id, now).touched(now))
        if person.is_gone:
            _let_go(unit, person.id, "person_left", now)

    store.atomically(work)


def keep_profile(store: Store, clock: Clock, profile: Profile) -> None:
    """Keep the newest profile, and its capacity as the person's own limit."""

    def work(unit: Unit) -> None:
        now = clock.now()
        _keep(unit, replace(profile, changed_at=now))
        unit.save(seats_of(unit, profile.id, now).limited(profile.capacity, now))

    store.atomically(work)


def erase_person(store: Store, clock: Clock, person_id: str) -> None:
    """Destroy what is kept about a person but their id, and what they wrote; they leave everything."""

    def work(unit: Unit) -> None:
        now = clock.now()
        _keep(unit, Person(id=person_id, status="erased", changed_at=now))
        unit.save(seats_of(unit, person_id, now).touched(now))
        _let_go(unit, person_id, "erased", now)
        for request in unit.requests_by(person_id, None, None, None):
            if request.message:
                unit.save(replace(request, message=""))
        for enrolment in unit.enrolments_of(person_id):
            if enrolment.wishes:
                unit.save(replace(enrolment, wishes=(), changed_at=now))
        forget_in_runs(unit, person_id, now)

    store.atomically(work)


def keep_word(store: Store, word: Word) -> None:
    """Keep what a skill or a theme is called."""
    store.atomically(lambda unit: _keep(unit, word))


def keep_client(store: Store, client: Client) -> None:
    """Keep what a client may still do."""
    store.atomically(lambda unit: _keep(unit, client))


def is_admitted(store: Store, caller: Caller) -> bool:
    """Whether the caller may still come in; one whom no event has named yet may."""

    def work(unit: Unit) -> bool:
        if caller.kind == "client":
            client = unit.get(Client, caller.id)
            return client is None or not client.revoked
        person = unit.get(Person, caller.id)
        return person is None or not person.is_gone

    return store.reading(work)


def _keep(unit: Unit, entity: E) -> None:
    held = unit.get(type(entity), entity.id)
    unit.save(replace(entity, version=held.version if held is not None else 0))


def _let_go(unit: Unit, person_id: str, reason: EndReason, now: datetime) -> None:
    waiting = (*unit.pending_as("mentee", person_id), *unit.pending_as("mentor", person_id))
    supersede(unit, waiting, "person_gone", now)
    for mentorship in unit.live_mentorships_of(person_id):
        leave_mentorship(unit, mentorship, person_id, reason, None, now)
    leave_runs(unit, person_id)
    for enrolment in unit.live_enrolments_of(person_id):
        give_up(unit, enrolment, now)
