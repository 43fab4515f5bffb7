"""The queries of this service on a document server, and its promises under concurrency there."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts import Envelope, Event
from contracts.matching import RequestMade
from contracts.profiles import ContactChanged
from notifications import repository
from notifications.domain.mail import Mail
from notifications.feed import number_rows
from notifications.handlers import HANDLERS
from notifications.use_cases import deliveries, messages
from notifications.use_cases.events import read_events
from servicekit.caller import Caller
from servicekit.mongo import MongoStore, connect
from servicekit.store import Catalogue, JoinedStore
from servicekit.testing import FrozenClock

pytestmark = pytest.mark.stack
NOW = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
BEN = Caller.person("prs_ben")
READER = Caller(id="cli_1", kind="client", scopes=frozenset({"events:read"}))
SYSTEM = Caller.system("notifications")
CONTACT = ContactChanged(person_id="prs_ben", name="Ben", email="ben@example.org", time_zone="UTC")
Store = MongoStore[repository.Unit]


@pytest.fixture
def store(stack_backing: Any, own_name: str) -> Iterator[Store]:
    with connect(stack_backing.mongodb) as client:
        store = MongoStore(client[own_name], repository.Unit, Catalogue(repository.DOCUMENTS), "notifications")
        store.prepare()
        yield store
        client.drop_database(own_name)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


def asked(number: int, program: str = "prg_1") -> RequestMade:
    return RequestMade(
        request_id=f"req_{number}",
        program_id=program,
        mentee_id="prs_ana",
        mentor_id="prs_ben",
        made_by="mentee",
        deadline=NOW,
    )


def tell(store: Store, clock: FrozenClock, event: Event, number: int) -> None:
    envelope = Envelope(
        id=f"evt_{number:04}",
        source="/matching",
        type=event.contract.type,
        time=NOW,
        key=event.key,
        data=event,
        sequence=1,
        generation=1,
        correlationid="cor_1",
    )
    store.atomically(lambda unit: HANDLERS[type(event)](JoinedStore(unit), clock, envelope))


def test_a_mail_leaves_once_however_many_workers_look(store: Store, clock: FrozenClock) -> None:
    tell(store, clock, CONTACT, 1)
    tell(store, clock, asked(1), 2)
    (due,) = store.reading(lambda unit: unit.deliveries_due(NOW, 10))
    together, sent = threading.Barrier(8), []

    class Server:
        def send(self, mail: Mail) -> None:
            sent.append(mail.id)

    def look(_: int) -> None:
        together.wait()
        deliveries.deliver(store, clock, SYSTEM, due, mailer=Server(), portal_url="https://portal.test")

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(look, range(8)))
    assert sent == [due]
    assert [one.state for one in deliveries.read_deliveries(store, BEN, None, 5)[0]] == ["sent"]
    assert store.reading(lambda unit: unit.deliveries_due(NOW, 10)) == []


def test_an_inbox_reads_from_the_server_as_from_memory(store: Store, clock: FrozenClock) -> None:
    for number in range(5):
        tell(store, clock, asked(number), number)
        clock.advance(seconds=1 if number % 2 else 0)
    seen: list[str] = []
    place = None
    while True:
        inbox = messages.read_inbox(store, BEN, place, 2)
        seen += [item.link for item in inbox.items]
        place = inbox.next
        if place is None:
            break
    assert seen == [f"/requests/req_{number}" for number in (4, 3, 2, 1, 0)]
    assert inbox.unread == 5


def test_two_sequencers_give_each_row_one_number(store: Store, clock: FrozenClock) -> None:
    for number in range(40):
        tell(store, clock, asked(number, f"prg_{number % 2}"), number)
    together = threading.Barrier(2)

    def sequence(_: int) -> int:
        together.wait()
        return number_rows(store, clock)

    with ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(sequence, range(2))) == 40
    rows = read_events(store, READER, 0, None, 100).rows
    assert [row.position for row in rows] == list(range(1, 41))
    limited = Caller(id="cli_1", kind="client", scopes=READER.scopes, programs=frozenset({"prg_1"}))
    assert {row.program_id for row in read_events(store, limited, 0, None, 100).rows} == {"prg_1"}
