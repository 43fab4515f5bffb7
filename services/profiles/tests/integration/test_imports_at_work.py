"""Imports on a real document server: two workers at once, and a worker that is killed in the middle."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from mentormesh.testing import Backing
from profiles import repository
from profiles.domain.imports.course import Import
from profiles.domain.person import Person
from profiles.imports.work import work_through
from profiles.use_cases.imports import reading
from profiles.use_cases.imports.forgetting import forget_in_imports
from profiles.use_cases.imports.receiving import Wanted, open_import, store_file
from servicekit.caller import Caller
from servicekit.clock import SystemClock
from servicekit.documents import OutboxRow
from servicekit.ids import new_id
from servicekit.mongo import MongoStore, connect
from servicekit.refusals import StoreUnavailable, TooBusy
from servicekit.store import Catalogue

pytestmark = [pytest.mark.stack, pytest.mark.long]

SYSTEM, CLOCK = Caller.system("profiles"), SystemClock()
MongoProfiles = MongoStore[repository.Unit]
PEOPLE, AT_ONCE = 60, 10
PATIENCE_SECONDS = 240
HEADER = b"external_id,email,name,manager\n"

WORKER = """
import sys, time
from profiles import repository
from profiles.use_cases.imports import reading
from profiles.imports.work import work_through
from servicekit.clock import SystemClock
from servicekit.mongo import MongoStore, connect
from servicekit.refusals import StoreUnavailable, TooBusy
from servicekit.store import Catalogue
reading.ROWS_AT_ONCE = int(sys.argv[3])
store = MongoStore(connect(sys.argv[1])[sys.argv[2]], repository.Unit, Catalogue(repository.DOCUMENTS), "profiles")
while True:
    try:
        work_through("UTC")(store, SystemClock())
    except (TooBusy, StoreUnavailable):
        pass  # as a worker's loops do: what one that was killed had written stays locked for a while
    time.sleep(0.01)
"""


@pytest.fixture
def store(stack_backing: Backing, own_name: str) -> Iterator[MongoProfiles]:
    client = connect(stack_backing.mongodb)
    store = MongoStore(client[own_name], repository.Unit, Catalogue(repository.DOCUMENTS), "profiles")
    store.prepare()
    yield store
    # The database goes with its server: a worker that was killed may hold rows of it for a while, and a drop would
    # wait for those inside the document server, with everybody else waiting outside.
    client.close()


def begun(store: MongoProfiles) -> str:
    """An import of sixty people, the manager of each in the row after."""
    rows = b"".join(b"E-%d,p%d@example.com,Person %d,E-%d\n" % (n, n, n, n + 1) for n in range(PEOPLE - 1))
    last = b"E-%d,p%d@example.com,Person %d,\n" % ((PEOPLE - 1,) * 3)
    import_id = new_id("imp")
    received = store_file(store, CLOCK, SYSTEM, import_id, [HEADER, rows, last])
    wanted = Wanted(file_name="people.csv", mode="full", auto=True, most_leavers=5)
    open_import(store, CLOCK, SYSTEM, import_id, received, wanted)
    return import_id


def read(store: MongoProfiles, import_id: str) -> Import:
    return store.reading(lambda unit: unit.require(Import, import_id))


def work_until_completed(store: MongoProfiles, import_id: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while read(store, import_id).state != "completed":
        assert time.monotonic() < deadline, read(store, import_id)
        try:
            work_through("UTC")(store, CLOCK)
        except (TooBusy, StoreUnavailable):
            continue


def check(store: MongoProfiles, import_id: str) -> None:
    """Everybody is there once, with their manager; every event was told once, numbered without a gap."""
    held = read(store, import_id)
    assert (held.done.joiners, held.done.refused, held.rows_applied) == (PEOPLE, 0, PEOPLE)
    people = store.reading(lambda unit: unit.find(Person, {}))
    assert len(people) == PEOPLE
    by_external_id = {person.facts.external_id: person for person in people}
    for number in range(PEOPLE - 1):
        manager = by_external_id[f"E-{number + 1}"]
        assert by_external_id[f"E-{number}"].facts.manager_id == manager.id
    told: dict[tuple[str, str], list[int]] = {}
    for row in store.reading(lambda unit: unit.find(OutboxRow, {})):
        told.setdefault((row.topic, row.key), []).append(row.sequence)
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in told.values())
    assert told["mentormesh.profiles.import", import_id] == [1]


def test_two_workers_at_once_do_every_row_once(store: MongoProfiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS_AT_ONCE", AT_ONCE)
    import_id = begun(store)
    with ThreadPoolExecutor(2) as pool:
        for worker in [pool.submit(work_until_completed, store, import_id) for _ in range(2)]:
            worker.result()
    check(store, import_id)


def test_a_killed_worker_s_import_goes_on_where_it_was(
    store: MongoProfiles, stack_backing: Backing, own_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ROWS_AT_ONCE", AT_ONCE)
    import_id = begun(store)
    command = [sys.executable, "-c", WORKER, stack_backing.mongodb, own_name, str(AT_ONCE)]
    for reached in (lambda held: held.rows_read >= 2 * AT_ONCE, lambda held: held.rows_applied >= 2 * AT_ONCE):
        worker = subprocess.Popen(command)
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not reached(read(store, import_id)):
                assert time.monotonic() < deadline
                assert worker.poll() is None
                time.sleep(0.02)
        finally:
            worker.kill()
            worker.wait()
    work_until_completed(store, import_id)
    check(store, import_id)


def test_the_document_server_finds_whom_a_file_names_in_any_case(store: MongoProfiles) -> None:
    work_until_completed(store, begun(store))
    import_id = new_id("imp")
    text = HEADER + b"E-1,P1@Example.com,Renamed One,\nE-2,p2@example.com,Renamed Two,p1@EXAMPLE.com\n"
    received = store_file(store, CLOCK, SYSTEM, import_id, [text])
    wanted = Wanted(file_name="people.csv", mode="changes", auto=False, most_leavers=5)
    open_import(store, CLOCK, SYSTEM, import_id, received, wanted)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while read(store, import_id).state != "ready":
        assert time.monotonic() < deadline, read(store, import_id)
        work_through("UTC")(store, CLOCK)

    def forget(unit: repository.Unit) -> dict[str, int]:
        person = unit.person_by_external_id("E-1")
        assert person is not None
        return forget_in_imports(unit, person, CLOCK.now())

    gone = store.atomically(forget)
    assert (gone["import_files"], gone["import_rows"]) == (1, 1)
    assert gone["import_keys"] >= 1
    [batch] = store.reading(lambda unit: unit.batches_showing(import_id, None, 0, 10))
    assert [(row.said.external_id, row.said.manager) for row in batch.rows] == [("E-2", None)]
    assert store.reading(lambda unit: unit.chunk_holding(import_id, 1)) is None
    assert set(store.atomically(forget).values()) == {0}
