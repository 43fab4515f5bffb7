"""Declaring the organisation's own questions, and telling the match where a change of one changes what it may know."""

from dataclasses import replace

from profiles.domain.errors import KeyTaken
from profiles.domain.profile_field import MOST_FIELDS, ProfileField
from profiles.permissions import TABLE
from profiles.ports import Store, Unit
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import FieldError, InvalidInput, NotFound, Stale

# Profiles told in one transaction; a change of a question may concern everybody.
AT_ONCE = 200


def list_fields(store: Store, caller: Caller) -> list[ProfileField]:
    """The questions in their order; those that are retired are for whoever declares them."""
    TABLE.require(caller, "field.read")
    every = TABLE.allows(caller, "field.declare")
    return [one for one in store.reading(lambda unit: unit.profile_fields()) if every or not one.retired]


def read_field(store: Store, caller: Caller, key: str) -> ProfileField:
    """One question. Raises NotFound where it is not asked, but for whoever declares them."""
    TABLE.require(caller, "field.read")
    found = store.reading(lambda unit: unit.require(ProfileField, key))
    if found.retired and not TABLE.allows(caller, "field.declare"):
        raise NotFound(f"There is no question {key}.")
    return found


def declare_field(store: Store, clock: Clock, caller: Caller, field: ProfileField) -> ProfileField:
    """Ask everybody something new.

    Raises:
        InvalidInput: the question cannot be, or there are too many.
        KeyTaken: there is one of this key.
    """
    TABLE.require(caller, "field.declare")
    field.check()

    def work(unit: Unit) -> ProfileField:
        if unit.get(ProfileField, field.id) is not None:
            advice = [FieldError("/key", "Choose another code, or change that question.")]
            raise KeyTaken(f"There is a question `{field.id}` already.", advice)
        if len(unit.profile_fields()) >= MOST_FIELDS:
            raise InvalidInput(f"There are {MOST_FIELDS} questions already, retired ones counted; change one of them.")
        unit.save(audited(caller, "field.declare", field.id, clock.now()))
        return unit.save(field)

    return store.atomically(work)


def change_field(store: Store, clock: Clock, caller: Caller, expected: int | None, field: ProfileField) -> ProfileField:
    """Declare a question anew, or retire it.

    Raises:
        InvalidInput: it cannot be so, or what cannot change would.
        Stale: it is at another version than `expected`.
    """
    TABLE.require(caller, "field.declare")

    def work(unit: Unit) -> ProfileField:
        before = unit.require(ProfileField, field.id)
        if expected is not None and before.version != expected:
            raise Stale(f"The question is at version {before.version}, not {expected}. Fetch it and repeat the change.")
        after = before.changed(field)
        if after == before:
            return before
        unit.save(audited(caller, "field.declare", field.id, clock.now()))
        return unit.save(after)

    return store.atomically(work)


def retell_answers(store: Store, clock: Clock, caller: Caller, key: str) -> None:
    """Tell the match of the next people whose answer to a changed question travels now, or no longer does."""

    def work(unit: Unit) -> None:
        field = unit.get(ProfileField, key)
        if field is None or field.retell_after is None:
            return
        asked = unit.profile_fields()
        profiles = unit.profiles_answering(key, field.retell_after, AT_ONCE)
        for before in profiles:
            after = before.telling(asked)
            if after != before:
                unit.save(after, after.snapshot)
        unit.save(replace(field, retell_after=profiles[-1].id if len(profiles) == AT_ONCE else None))

    store.atomically(work)
