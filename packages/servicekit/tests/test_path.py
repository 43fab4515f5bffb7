"""The path between two services on the real parts: command, outbox, relay, Kafka, consumer, effect."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contracts import topics
from mentormesh.testing import Backing
from servicekit.clock import SystemClock
from servicekit.config import KafkaSettings
from servicekit.consumer import Applying, Consumer
from servicekit.handling import topics_of
from servicekit.kafka import KafkaLog
from servicekit.mongo import MongoStore, connect
from servicekit.relay import Relay
from servicekit.store import Unit
from servicekit.testing import pair

pytestmark = pytest.mark.stack


@pytest.fixture
def stores(stack_backing: Backing, own_name: str) -> Iterator[tuple[MongoStore[Unit], MongoStore[Unit]]]:
    with connect(stack_backing.mongodb) as client:
        teller = MongoStore(client[f"{own_name}_t"], Unit, pair.TELLER_CATALOGUE, pair.TELLER)
        listener = MongoStore(client[f"{own_name}_l"], Unit, pair.LISTENER_CATALOGUE, pair.LISTENER)
        teller.prepare()
        listener.prepare()
        yield teller, listener
        client.drop_database(f"{own_name}_t")
        client.drop_database(f"{own_name}_l")


@pytest.fixture
def events(stack_backing: Backing, own_name: str) -> Iterator[KafkaLog]:
    made = KafkaLog(KafkaSettings(bootstrap=stack_backing.kafka, prefix=own_name))
    made.prepare([topics()[name] for name in topics_of(pair.HANDLERS)])
    yield made
    made.close()


def eventually(holds: Callable[[], Any], within: float = 20.0) -> None:
    """Wait until it holds; fail loudly when it never does."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def felt(store: MongoStore[Unit]) -> dict[str, list[int]]:
    return {tally["_id"]: tally["felt"] for tally in store.database["tallies"].find()}


def test_every_event_is_felt_once_and_in_order(
    stores: tuple[MongoStore[Unit], MongoStore[Unit]], events: KafkaLog
) -> None:
    teller, listener = stores
    relay = Relay(pair.TELLER, teller, events, SystemClock())
    consumer = Consumer(
        listener, events, Applying(pair.LISTENER, pair.HANDLERS, SystemClock()), topics_of(pair.HANDLERS)
    )
    for _ in range(3):
        for key in range(5):
            pair.remind(teller, f"req_{key}")
    assert relay.step() == 15
    eventually(lambda: consumer.step() == 0 and len(felt(listener)) == 5)
    assert felt(listener) == {f"req_{key}": [1, 2, 3] for key in range(5)}
    relay.close()
    consumer.close()
