"""What follows in matching when a person, a profile, a word or a client changes elsewhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from matching.domain.mentorship import EndReason
from matching.domain.person import Client, Person, Profile, Word
from matching.domain.seats import Seats
from matching.ports.unit import Store, Unit
from matching.use_cases.places import follow_profile, give_up
from matching.use_cases.runs.leaving import leave_runs
from matching.use_cases.seating import leave_mentorship, seats_of, supersede
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.entity import Entity

E = TypeVar("E", bound=Entity)


def keep_person(store: Store, clock: Clock, person: Person) -> None:
    """Keep the newest facts; a person who is gone leaves everything they took part in, and the erased stay so."""

    def work(unit: Unit) -> None:
        now = clock.now()
        held = unit.get(Person, person.id)
        if held is not None and held.status == "erased":
            return
        hidden_by, resting = (held.hidden_by, held.resting) if held is not None else ((), ())
        _keep(unit, replace(person, changed_at=now, hidden_by=hidden_by, resting=resting))
        unit.save(seats_of(unit, person.id, now).touched(now))
        if person.is_gone:
            leave_everything(unit, person.id, "person_left", now)

    store.atomically(work)


def keep_profile(store: Store, clock: Clock, profile: Profile) -> None:
    """Keep the newest profile, and its capacity as the person's own limit; nothing comes back to the erased."""

    def work(unit: Unit) -> None:
        now = clock.now()
        person = unit.get(Person, profile.id)
        if person is not None and person.status == "erased":
            return
        _keep(unit, replace(profile, changed_at=now))
        follow_profile(unit, profile.id, profile.capacity, now)

    store.atomically(work)


def foresee(unit: Unit, person_ids: Sequence[str]) -> None:
    """Load these people and their seats, so that keeping each asks nothing."""
    unit.prefetch(Person, person_ids)
    unit.prefetch(Seats, person_ids)


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
            if client is None:
                return True
            return not client.revoked and caller.asks_within(client.scopes, client.programs)
        person = unit.get(Person, caller.id)
        return person is None or not person.is_gone

    return store.reading(work)


def supersede_requests(unit: Unit, person_id: str, now: datetime) -> None:
    """End every pending request of somebody, on either side."""
    waiting = (*unit.pending_as("mentee", person_id), *unit.pending_as("mentor", person_id))
    supersede(unit, waiting, "person_gone", now)


def leave_everything(unit: Unit, person_id: str, reason: EndReason, now: datetime) -> None:
    """Somebody takes no part any more: requests, mentorships and enrolments end."""
    supersede_requests(unit, person_id, now)
    for mentorship in unit.live_mentorships_of(person_id):
        leave_mentorship(unit, mentorship, person_id, reason, None, now)
    leave_runs(unit, person_id)
    for enrolment in unit.live_enrolments_of(person_id):
        give_up(unit, enrolment, now)


def _keep(unit: Unit, entity: E) -> None:
    held = unit.get(type(entity), entity.id)
    unit.save(replace(entity, version=held.version if held is not None else 0))
