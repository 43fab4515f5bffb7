"""Preferences: what somebody wants to be told, and where."""

from collections.abc import Mapping

from notifications import permissions
from notifications.domain.preferences import Preferences
from notifications.ports import Store, Unit
from servicekit.caller import Caller
from servicekit.refusals import Stale


def read_preferences(store: Store, caller: Caller) -> Preferences:
    """The caller's choices; version 0 means that nothing was chosen yet, and everything is on."""
    permissions.require(caller, "preferences.read")
    return store.reading(lambda unit: unit.get(Preferences, caller.id)) or Preferences(id=caller.id)


def change_preferences(
    store: Store, caller: Caller, choices: Mapping[str, Mapping[str, bool]], expected: int | None
) -> Preferences:
    """Other choices for the caller; what is left out is on."""
    permissions.require(caller, "preferences.change")

    def work(unit: Unit) -> Preferences:
        held = unit.get(Preferences, caller.id) or Preferences(id=caller.id)
        if expected is not None and expected != held.version:
            raise Stale(f"Your preferences are at version {held.version}, not {expected}. Fetch them again.")
        return unit.save(held.chosen(choices))

    return store.atomically(work)
