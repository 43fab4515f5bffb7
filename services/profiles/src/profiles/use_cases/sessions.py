"""Sign-ins that go on: who is signed in, whether one still is, and the end of one or of all."""

from dataclasses import dataclass

from profiles.domain.access import RefreshFamily
from profiles.domain.person import Person
from profiles.permissions import TABLE, relations_to_person
from profiles.ports import Store, Unit
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock


@dataclass(frozen=True)
class Ended:
    """How many sign-ins were ended."""

    ended: int


def list_sessions(store: Store, clock: Clock, caller: Caller, person_id: str) -> list[RefreshFamily]:
    """The person's sign-ins that go on, the last used first."""
    TABLE.require(caller, "sessions.read", relations_to_person(caller.id, person_id))
    now = clock.now()

    def work(unit: Unit) -> list[RefreshFamily]:
        unit.require(Person, person_id)
        live = [family for family in unit.live_refresh_families(person_id) if family.is_live(now)]
        return sorted(live, key=lambda family: family.used_at, reverse=True)

    return store.reading(work)


def end_sessions(store: Store, clock: Clock, caller: Caller, person_id: str) -> Ended:
    """End every sign-in of the person: none of its tokens is renewed, and the portal forgets it within seconds."""
    TABLE.require(caller, "sessions.end", relations_to_person(caller.id, person_id))

    def work(unit: Unit) -> Ended:
        unit.require(Person, person_id)
        live = unit.live_refresh_families(person_id)
        for family in live:
            unit.save(family.closed())
        if live:
            unit.save(audited(caller, "sessions.end", person_id, clock.now()))
        return Ended(len(live))

    return store.atomically(work)


def end_session_of(store: Store, token: str) -> None:
    """End the sign-in that a refresh token descends from, whichever of its tokens this is; nothing for an unknown one.

    Only the portal may ask, and it holds no other's tokens. Another request may have renewed this one a moment ago, so
    the newest is not asked for.
    """
    family_id = token.partition(".")[0]

    def work(unit: Unit) -> None:
        family = unit.get(RefreshFamily, family_id)
        if family is not None and not family.ended:
            unit.save(family.closed())

    store.atomically(work)


def is_session_live(store: Store, clock: Clock, caller: Caller) -> bool:
    """Whether the sign-in that the caller's token descends from goes on, and its person may still come in."""
    now = clock.now()

    def work(unit: Unit) -> bool:
        family = unit.get(RefreshFamily, caller.session)
        person = unit.get(Person, caller.id)
        return family is not None and family.is_live(now) and person is not None and person.may_come_in

    return store.reading(work)
