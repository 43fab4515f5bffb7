"""The path between two services on the real parts: command, outbox, relay, Kafka, consumer, effect."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import kafka
import pytest
from kafka.admin import KafkaAdminClient, NewTopic

from contracts import Record, topics
from mentormesh.testing import Backing
from servicekit import parking
from servicekit.clock import SystemClock
from servicekit.config import KafkaSettings
from servicekit.consumer import Applying, Consumer
from servicekit.handling import topics_of
from servicekit.kafka import KafkaLog
from servicekit.log import Partition, RawRecord, WrongTopic
from servicekit.mongo import MongoStore, connect
from servicekit.relay import Relay
from servicekit.store import Unit
from servicekit.testing import pair
from servicekit.testing.conformance.logs import record

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


def test_a_service_that_was_restored_from_a_backup_is_heard_in_its_next_generation(
    stores: tuple[MongoStore[Unit], MongoStore[Unit]], events: KafkaLog
) -> None:
    teller, listener = stores
    consumer = consumer_of(listener, events)

    def tell(store: MongoStore[Unit], times: int) -> None:
        for _ in range(times):
            pair.remind(store, "req_1")
        relay = Relay(pair.TELLER, store, events, SystemClock())
        while relay.step():
            pass
        relay.close()

    tell(teller, 2)
    names = teller.database.list_collection_names()
    backup = {name: list(teller.database[name].find()) for name in names}
    tell(teller, 2)
    for name, documents in backup.items():
        teller.database[name].delete_many({})
        if documents:
            teller.database[name].insert_many(documents)
    tell(MongoStore(teller.database, Unit, pair.TELLER_CATALOGUE, pair.TELLER, generation=2), 1)
    eventually(lambda: consumer.step() == 0 and felt(listener) == {"req_1": [1, 2, 3, 4, 3]})
    assert listener.database["parked"].count_documents({}) == 0
    consumer.close()


def consumer_of(listener: MongoStore[Unit], events: KafkaLog) -> Consumer:
    applying = Applying(pair.LISTENER, pair.HANDLERS, SystemClock())
    return Consumer(listener, events, applying, topics_of(pair.HANDLERS))


def test_a_member_that_fell_silent_is_replaced(
    stores: tuple[MongoStore[Unit], MongoStore[Unit]], events: KafkaLog
) -> None:
    _, listener = stores
    consumer, writer = consumer_of(listener, events), events.sender("writer")
    writer.send([record("req_1", 1)])
    eventually(lambda: consumer.step() == 0 and felt(listener) == {"req_1": [1]})
    silent: Any = consumer._reader
    # What the client does to itself at some starts: it believes to be a member, and tells the group no more.
    silent._consumer._coordinator._disable_heartbeat()
    eventually(lambda: (consumer.step() or True) and consumer._reader not in (silent, None), within=60)
    writer.send([record("req_1", 2)])
    writer.close()
    eventually(lambda: (consumer.step() or True) and felt(listener) == {"req_1": [1, 2]})
    consumer.close()


def test_a_batch_in_a_codec_that_is_missing_here_is_parked_whole_and_delays_others_little(
    stores: tuple[MongoStore[Unit], MongoStore[Unit]],
    events: KafkaLog,
    stack_backing: Backing,
    own_name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, listener = stores
    topic = f"{own_name}.matching.request"
    with monkeypatch.context() as lacking:
        lacking.setattr(kafka.codec, "has_zstd", lambda: False)
        consumer = consumer_of(listener, events)
        writer = events.sender("writer")
        writer.send([record("req_1", 1), record("req_2", 1)])
        eventually(lambda: consumer.step() == 0 and len(felt(listener)) == 2)
        closed = [record("req_1", 2), record("req_1", 3)]
        _send_compressed(stack_backing.kafka, topic, closed, lacking)
        writer.send([record("req_1", 4), record("req_2", 2)])
        writer.close()
        began = time.monotonic()
        eventually(lambda: (consumer.step() or True) and felt(listener)["req_2"] == [1, 2])
        assert time.monotonic() - began < 5
        eventually(lambda: (consumer.step() or True) and len(parking.listing(listener)) == 2)
        unopened, held = sorted(parking.listing(listener), key=lambda line: line.offset)
        assert (unopened.cause, held.cause, held.key) == ("unopened", "gap", "req_1")
        assert felt(listener)["req_1"] == [1]

    parking.release(listener, [unopened.id])
    eventually(lambda: (consumer.step() or True) and felt(listener)["req_1"] == [1, 2, 3, 4])
    assert parking.listing(listener) == []
    consumer.close()


def test_a_new_reader_never_meets_a_batch_that_it_is_past(
    events: KafkaLog, stack_backing: Backing, own_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = "mentormesh.matching.request"
    monkeypatch.setattr(kafka.codec, "has_zstd", lambda: False)
    _send_compressed(stack_backing.kafka, f"{own_name}.matching.request", [record("req_1", 1)], monkeypatch)
    writer = events.sender("writer")
    writer.send([record("req_1", 2)])
    writer.close()
    (ours,) = [held for held, end in events.ends(Partition(topic, number) for number in range(12)).items() if end]
    reader = events.reader("late", [topic], lambda partitions: {held: 1 for held in partitions if held == ours})
    # In one poll that lasts it joins, is given its partitions, and could fetch.
    found: list[RawRecord] = []
    eventually(lambda: found.extend(reader.poll(5.0, 10)) or found)
    assert [raw.offset for raw in found] == [1]
    reader.close()


def _send_compressed(bootstrap: str, topic: str, records: list[Record], lacking: pytest.MonkeyPatch) -> None:
    with lacking.context() as has:
        has.setattr(kafka.codec, "has_zstd", lambda: True)
        # They travel as one batch, however slow the machine is: only the flush sends them.
        producer = kafka.KafkaProducer(bootstrap_servers=bootstrap, compression_type="zstd", linger_ms=60_000)
        for one in records:
            producer.send(topic, key=one.key, value=one.value, headers=list(one.headers))
        producer.flush()
        producer.close()


def test_a_topic_that_is_missing_or_wrong_is_refused_in_one_line(stack_backing: Backing, own_name: str) -> None:
    wanted = [topics()["mentormesh.matching.request"], topics()["mentormesh.matching.plan"]]
    log = KafkaLog(KafkaSettings(bootstrap=stack_backing.kafka, prefix=own_name))
    with pytest.raises(WrongTopic, match=rf"^these topics do not exist: {own_name}.matching.request, .*run `init`"):
        log.require(wanted)
    admin = KafkaAdminClient(bootstrap_servers=stack_backing.kafka)
    admin.create_topics([NewTopic(f"{own_name}.matching.request", 3, 1), NewTopic(f"{own_name}.matching.plan", 12, 1)])
    admin.wait_for_topics([f"{own_name}.matching.request", f"{own_name}.matching.plan"])
    admin.close()
    with pytest.raises(WrongTopic) as refused:
        log.prepare(wanted)
    assert "request has 3 partitions and needs 12" in str(refused.value)
    assert "plan has cleanup.policy=delete and needs compact" in str(refused.value)
    log.close()
