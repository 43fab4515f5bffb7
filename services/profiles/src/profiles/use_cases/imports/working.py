"""What the worker does about an import: its next step, whichever that is."""

from dataclasses import replace

from profiles.domain.imports.course import Import
from profiles.ports import Store, Unit
from profiles.use_cases.imports.applying import apply_some
from profiles.use_cases.imports.reading import read_some
from servicekit.caller import Caller
from servicekit.clock import Clock

IMPORTS_AT_ONCE = 10


def imports_to_work_on(store: Store, clock: Clock) -> list[Import]:
    """Imports of which something is to be done."""
    return store.reading(lambda unit: unit.imports_to_work_on(clock.now(), IMPORTS_AT_ONCE))


def work_on_import(store: Store, clock: Clock, caller: Caller, held: Import, default_time_zone: str) -> None:
    """Take the next step of an import: one transaction, so a death between two steps loses and doubles nothing."""
    if held.state in ("received", "reading"):
        read_some(store, clock, held.id, default_time_zone)
    elif held.state == "applying":
        apply_some(store, clock, caller, held.id, default_time_zone)
    elif held.state == "ready":
        _give_up(store, clock, held.id)
    else:
        _tidy(store, held.id)


def fail_import(store: Store, clock: Clock, import_id: str) -> None:
    """End an import that a defect stopped."""

    def work(unit: Unit) -> None:
        held = unit.require(Import, import_id)
        where = f"behind line {held.next_line}" if held.state in ("received", "reading") else "while it was applied"
        if held.is_open:
            unit.save(held.failed(clock.now(), f"Something broke here {where}. Ask your operator; the log tells why."))

    store.atomically(work)


def _give_up(store: Store, clock: Clock, import_id: str) -> None:
    def work(unit: Unit) -> None:
        held = unit.require(Import, import_id)
        if held.state == "ready" and clock.now() >= held.expires_at:
            unit.save(held.cancelled(clock.now(), "Nobody applied it within seven days."))

    store.atomically(work)


def _tidy(store: Store, import_id: str) -> None:
    def work(unit: Unit) -> None:
        held = unit.require(Import, import_id)
        if not held.is_open:
            unit.discard_file(import_id)
            unit.save(replace(held, tidied=True))

    store.atomically(work)
