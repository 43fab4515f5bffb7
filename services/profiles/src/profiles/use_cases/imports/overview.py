"""Looking at imports, and deciding about them: what would come of one, what is wrong with it, apply it, cancel it."""

from collections.abc import Iterator
from dataclasses import dataclass

from profiles.domain.imports.course import Import, Planned
from profiles.domain.imports.row import Fault
from profiles.domain.person import Person
from profiles.permissions import TABLE
from profiles.ports import Store, Unit
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock

FAULTS_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Imports:
    """One page of imports, the newest first; `following` is the id before which the next one begins."""

    items: list[Import]
    following: str | None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A planned row with the name of whom it means."""

    row: Planned
    name: str


@dataclass(frozen=True, kw_only=True)
class Rows:
    """One page of a preview; `following` is the (batch, place) at which the next one begins."""

    items: list[Shown]
    following: tuple[int, int] | None


def list_imports(store: Store, caller: Caller, before: str | None, limit: int) -> Imports:
    """Imports, the newest first."""
    TABLE.require(caller, "import.read")

    def work(unit: Unit) -> Imports:
        found = unit.imports_before(before, limit + 1)
        return Imports(items=found[:limit], following=found[limit - 1].id if len(found) > limit else None)

    return store.reading(work)


def read_import(store: Store, caller: Caller, import_id: str) -> Import:
    """One import with its progress and counts."""
    TABLE.require(caller, "import.read")
    return store.reading(lambda unit: unit.require(Import, import_id))


def list_rows(
    store: Store, caller: Caller, import_id: str, action: str | None, after: tuple[int, int], limit: int
) -> Rows:
    """What would come of an import's rows, those of one action (or `manager`) alone where it is named.

    Once an import is finished its rows are gone, and this is empty.
    """
    TABLE.require(caller, "import.read")

    def work(unit: Unit) -> Rows:
        unit.require(Import, import_id)
        found: list[tuple[Planned, tuple[int, int]]] = []
        batch_number, place = after
        while len(found) <= limit:
            batches = unit.batches_showing(import_id, action, batch_number, 1)
            if not batches:
                break
            [batch] = batches
            first = place if batch.number == after[0] else 0
            found += [
                (row, (batch.number, first + number))
                for number, row in enumerate(batch.rows[first:])
                if action is None or row.action == action or (action == "manager" and row.manager_changes)
            ]
            batch_number = batch.number + 1
        following = found[limit][1] if len(found) > limit else None
        return Rows(items=_named(unit, [row for row, _ in found[:limit]]), following=following)

    return store.reading(work)


def each_fault(store: Store, caller: Caller, import_id: str) -> Iterator[Fault]:
    """Everything that is wrong with an import's rows, by line, some hundred in memory at a time."""
    TABLE.require(caller, "import.read")
    store.reading(lambda unit: unit.require(Import, import_id))

    def behind(after: str) -> list[Fault]:
        return store.reading(lambda unit: unit.faults_after(import_id, after, FAULTS_AT_ONCE))

    def following() -> Iterator[Fault]:
        after = ""
        while found := behind(after):
            yield from found
            after = found[-1].id

    return following()


def apply_import(
    store: Store, clock: Clock, caller: Caller, import_id: str, expected: int | None, confirmed: int | None
) -> Import:
    """Let the worker carry an import out; again changes nothing.

    Raises:
        ConfirmationNeeded: more people would leave than may; `confirmed` must be their number.
        WrongState: it is not ready, or was cancelled or failed.
        Stale: it is at another version than `expected`.
    """
    TABLE.require(caller, "import.apply")

    def work(unit: Unit) -> Import:
        before = unit.require(Import, import_id, expected)
        after = before.applied_by(confirmed)
        if after == before:
            return before
        unit.save(audited(caller, "import.apply", import_id, clock.now(), before.mode))
        return unit.save(after)

    return store.atomically(work)


def cancel_import(store: Store, clock: Clock, caller: Caller, import_id: str, expected: int | None = None) -> Import:
    """Let nothing come of an import; again changes nothing.

    Raises:
        WrongState: it is being carried out, or was.
        Stale: it is at another version than `expected`.
    """
    TABLE.require(caller, "import.cancel")

    def work(unit: Unit) -> Import:
        before = unit.require(Import, import_id, expected)
        after = before.cancelled(clock.now())
        if after == before:
            return before
        unit.save(audited(caller, "import.cancel", import_id, clock.now()))
        return unit.save(after)

    return store.atomically(work)


def _named(unit: Unit, rows: list[Planned]) -> list[Shown]:
    unit.prefetch(Person, [row.person_id for row in rows if row.person_id])
    return [Shown(row=row, name=_name(unit, row)) for row in rows]


def _name(unit: Unit, row: Planned) -> str:
    person = unit.get(Person, row.person_id) if row.person_id else None
    return str(row.said.facts.get("name") or (person.facts.name if person else ""))
