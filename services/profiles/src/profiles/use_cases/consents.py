"""Reading and changing what a person agreed to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from profiles.domain.consent import Consent
from profiles.domain.person import Person
from profiles.domain.profile import Profile
from profiles.permissions import TABLE, relations_to_person
from profiles.ports import Store, Unit
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import Stale


def read_consent(store: Store, caller: Caller, person_id: str) -> Consent:
    """What holds now and how it came; version 0 where nothing was ever said."""
    TABLE.require(caller, "consent.read", relations_to_person(caller.id, person_id))
    return store.reading(lambda unit: consent_of(unit, unit.require(Person, person_id).id))


def change_consent(
    store: Store, clock: Clock, caller: Caller, person_id: str, expected: int | None, purposes: Mapping[str, bool]
) -> Consent:
    """Give consent, or take it back; a purpose that is not named stays as it was.

    Raises:
        InvalidInput: there would be too many purposes.
        Stale: the consent is at another version than `expected`.
    """
    TABLE.require(caller, "consent.change", relations_to_person(caller.id, person_id))

    def work(unit: Unit) -> Consent:
        unit.require(Person, person_id)
        before = consent_of(unit, person_id)
        if expected is not None and before.version != expected:
            raise Stale(f"The consent is at version {before.version}, not {expected}. Fetch it and repeat the change.")
        after = keep_consent(unit, before, purposes, caller, clock.now())
        profile = unit.get(Profile, person_id)
        if after != before and profile is not None:
            told = replace(profile, statement=replace(profile.statement, consent=after.purposes))
            unit.save(told, told.snapshot)
        return after

    return store.atomically(work)


def consent_of(unit: Unit, person_id: str) -> Consent:
    """The person's consent; an empty one where nothing was ever said."""
    return unit.get(Consent, person_id) or Consent(id=person_id)


def keep_consent(unit: Unit, before: Consent, purposes: Mapping[str, bool], caller: Caller, now: datetime) -> Consent:
    """Keep what was said, and audit what another hand entered; nothing where it is so already."""
    after = before.saying(purposes, caller.id, now)
    if after == before:
        return before
    if caller.id != before.id:
        changed = [word.purpose for word in after.history[len(before.history) :]]
        unit.save(audited(caller, "consent.change", before.id, now, *changed))
    return unit.save(after)
