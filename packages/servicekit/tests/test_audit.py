"""The audit log: rows are sealed within a moment, and whatever is done to them afterwards is seen."""

from datetime import UTC, datetime
from typing import Any

import pytest

from servicekit.audit import HEAD, AuditHead, AuditRow, audited
from servicekit.caller import Caller
from servicekit.sealing import BATCH, Sought, read_audit, seal_rows, sealed_rows, verify
from servicekit.store import Catalogue, Unit
from servicekit.testing import FrozenClock, MemoryStore

ANA = Caller.person("prs_ana")


@pytest.fixture
def store() -> MemoryStore[Unit]:
    return MemoryStore(Unit, Catalogue(()), "notes")


def act(store: MemoryStore[Unit], clock: FrozenClock, times: int = 1) -> None:
    for number in range(times):
        row = audited(ANA, "note.read", f"not_{number}", clock.now(), "code")
        store.atomically(lambda unit, row=row: unit.save(row))  # type: ignore[misc]


def sealed(store: MemoryStore[Unit], times: int) -> MemoryStore[Unit]:
    clock = FrozenClock()
    act(store, clock, times)
    seal_rows(store, clock)
    return store


def ids(store: MemoryStore[Unit]) -> list[str]:
    return [row.id for row in sealed_rows(store)]


def test_rows_are_numbered_without_a_hole_and_the_chain_holds(store: MemoryStore[Unit]) -> None:
    assert [row.number for row in sealed_rows(sealed(store, 5))] == [1, 2, 3, 4, 5]
    found = verify(store)
    assert (found.number, found.unsealed, found.faults) == (5, 0, ())


def test_a_log_of_several_batches_holds(store: MemoryStore[Unit]) -> None:
    clock = FrozenClock()

    def many(unit: Unit) -> None:
        for number in range(BATCH + 3):
            unit.save(audited(ANA, "note.read", f"not_{number}", clock.now()))

    store.atomically(many)
    assert seal_rows(store, clock) == BATCH + 3
    assert verify(store).number == BATCH + 3
    assert verify(store).holds


def test_a_row_that_commits_late_is_numbered_late(store: MemoryStore[Unit]) -> None:
    sealed(store, 2)
    early = audited(ANA, "note.read", "not_early", FrozenClock().now())
    store.atomically(lambda unit: unit.save(early))
    assert verify(store).unsealed == 1
    seal_rows(store, FrozenClock())
    assert ids(store)[-1] == early.id
    assert verify(store).holds


@pytest.mark.parametrize("field", ["at", "actor", "action", "subject", "codes", "digest"])
def test_a_changed_row_is_seen(store: MemoryStore[Unit], field: str) -> None:
    second = ids(sealed(store, 3))[1]
    forged: Any = {"at": datetime(2026, 1, 1, tzinfo=UTC), "codes": ["x"]}.get(field, "x")
    store.atomically(lambda unit: unit.amend(AuditRow, {"_id": second}, {field: forged}))
    assert not verify(store).holds


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_removed_row_is_seen_wherever_it_was(store: MemoryStore[Unit], place: int) -> None:
    gone = ids(sealed(store, 3))[place]
    store.atomically(lambda unit: unit.discard(AuditRow, {"_id": gone}))
    assert not verify(store).holds


def test_rows_that_changed_places_are_seen(store: MemoryStore[Unit]) -> None:
    one, _, three = ids(sealed(store, 3))
    store.atomically(lambda unit: unit.amend(AuditRow, {"_id": one}, {"number": 4}))
    store.atomically(lambda unit: unit.amend(AuditRow, {"_id": three}, {"number": 1}))
    store.atomically(lambda unit: unit.amend(AuditRow, {"_id": one}, {"number": 3}))
    assert not verify(store).holds


def test_a_log_that_was_cut_together_with_its_head_is_seen_by_who_noted_its_seal(store: MemoryStore[Unit]) -> None:
    noted = verify(sealed(store, 3))
    first = next(sealed_rows(store))

    def cut(unit: Unit) -> None:
        unit.discard(AuditRow, {"number": {"$gt": 1}})
        unit.amend(AuditHead, {"_id": HEAD}, {"number": 1, "digest": first.digest})

    store.atomically(cut)
    assert verify(store).holds
    assert not verify(store, (noted.number, noted.digest)).holds


def test_an_auditor_finds_rows_by_what_they_say_page_by_page(store: MemoryStore[Unit]) -> None:
    clock = FrozenClock()
    for _ in range(3):
        act(store, clock)
        clock.advance(minutes=1)
    first = read_audit(store, Sought(subject="not_0", action="note.read", code="code"), None, 2)
    rest = read_audit(store, Sought(actor="prs_ana"), first.following, 2)
    assert len(first.rows) == 2
    assert len(rest.rows) == 1
    assert rest.following is None
    assert [row.at for row in (*first.rows, *rest.rows)] == sorted(row.at for row in sealed_or_not(store))[::-1]
    assert read_audit(store, Sought(actor="prs_ben"), None, 2).rows == []
    assert len(read_audit(store, Sought(since=first.rows[0].at), None, 9).rows) == 1
    assert len(read_audit(store, Sought(until=first.rows[0].at), None, 9).rows) == 2


def sealed_or_not(store: MemoryStore[Unit]) -> list[AuditRow]:
    return store.reading(lambda unit: unit.find(AuditRow, {}))
