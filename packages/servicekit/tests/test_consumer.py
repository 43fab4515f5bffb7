"""The consumer in memory: each event once, in order, with its effect; poison parked, nothing dropped."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from contracts import Envelope, Record, encode
from contracts.matching import RequestReminded
from servicekit import parking
from servicekit.clock import SystemClock
from servicekit.consumer import Applying, Consumer, TooMuchParked
from servicekit.consumer import consumer as consumer_module
from servicekit.documents import OutboxRow
from servicekit.handling import Handler, Handlers, topics_of
from servicekit.ledger import Parked, Position
from servicekit.refusals import NotFound, StoreUnavailable
from servicekit.relay import envelope
from servicekit.replay import replay
from servicekit.store import Unit
from servicekit.testing import FrozenClock, MemoryLog, MemoryStore
from servicekit.testing.conformance.logs import record
from servicekit.testing.pair import (
    HANDLERS,
    LISTENER,
    LISTENER_CATALOGUE,
    TELLER,
    TELLER_CATALOGUE,
    on_request,
    request,
    revise,
)

KEY = "req_1"
LINE = f"{LISTENER}|mentormesh.matching.request|{KEY}"


class Broken(Exception):
    """A handler's bug."""


class Listener:
    """A consumer over memory, with a handler that can be told to fail."""

    def __init__(self) -> None:
        self.store: MemoryStore[Unit] = MemoryStore(Unit, LISTENER_CATALOGUE, LISTENER)
        self.log = MemoryLog()
        self.failing: set[int] = set()
        self.handlers: Handlers = {**HANDLERS, RequestReminded: Handler(self._on_reminded)}
        self.waited = 0.0
        self.ticks = 0.0
        self.consumer = self.another()

    def another(self) -> Consumer:
        applying = Applying(LISTENER, self.handlers, FrozenClock())
        topics = topics_of(self.handlers)
        return Consumer(self.store, self.log, applying, topics, sleep=self._wait, monotonic=self._tick)

    def work(self) -> None:
        """Until there is nothing left to do."""
        for _ in range(3):
            while self.consumer.step():
                continue

    def felt(self) -> dict[str, list[int]]:
        return {tally["_id"]: list(tally["felt"]) for tally in self.store.held("tallies")}

    def parked(self) -> list[tuple[str, str]]:
        rows = sorted(self.store.held("parked"), key=lambda row: int(row["offset"]))
        return [(row["cause"], row["key"] and row["line"].rsplit("|")[-1]) for row in rows]

    def _on_reminded(self, store: Any, clock: Any, envelope: Envelope) -> None:
        if envelope.sequence in self.failing:
            raise Broken(f"cannot handle {envelope.sequence}")
        on_request(store, clock, envelope)

    def _wait(self, seconds: float) -> None:
        self.waited += seconds
        self.ticks += seconds

    def _tick(self) -> float:
        self.ticks += 1.1
        return self.ticks


@pytest.fixture
def listener() -> Listener:
    return Listener()


def tell(listener: Listener, *sequences: int, key: str = KEY) -> None:
    for sequence in sequences:
        listener.log.append(record(key, sequence))


def broken(key: str, sequence: int) -> Record:
    """Not JSON, under good headers."""
    return replace(record(key, sequence), value=b'{"request_id": ')


def test_events_are_felt_in_order(listener: Listener) -> None:
    tell(listener, 1, 2, 3)
    tell(listener, 1, 2, key="req_2")
    listener.work()
    assert listener.felt() == {KEY: [1, 2, 3], "req_2": [1, 2]}


def test_a_repeated_event_is_skipped(listener: Listener) -> None:
    tell(listener, 1, 1, 2, 1, 2, 3, 3)
    listener.work()
    assert listener.felt() == {KEY: [1, 2, 3]}
    assert listener.parked() == []


def test_another_member_goes_on_where_the_first_stopped(listener: Listener) -> None:
    tell(listener, 1, 2)
    listener.work()
    listener.consumer.close()
    tell(listener, 3)
    listener.consumer = listener.another()
    listener.work()
    assert listener.felt() == {KEY: [1, 2, 3]}


def test_an_effect_and_its_watermark_stand_or_fall_together(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(listener, 1)
    attempts = []
    commit = type(listener.store)._attempt

    def lose_first(self: Any, work: Any) -> Any:
        attempts.append(work)
        if len(attempts) == 1:
            raise StoreUnavailable("away")
        return commit(self, work)

    monkeypatch.setattr(type(listener.store), "_attempt", lose_first)
    listener.work()
    assert listener.felt() == {KEY: [1]}
    assert listener.waited > 0


def test_a_store_that_stays_away_ends_the_process(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(listener, 1)

    def away(self: Any, work: Any) -> Any:
        raise StoreUnavailable("away")

    monkeypatch.setattr(type(listener.store), "_attempt", away)
    with pytest.raises(StoreUnavailable):
        listener.work()


@pytest.mark.parametrize("lost", range(1, 7))
def test_no_single_look_at_the_store_that_fails_ends_the_process(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    look, looks = listener.store.reading, count(1)

    def reading(work: Any) -> Any:
        if next(looks) == lost:
            raise StoreUnavailable("away")
        return look(work)

    monkeypatch.setattr(listener.store, "reading", reading)
    listener.failing = {2}
    tell(listener, 1, 2, 3)
    listener.work()
    listener.failing = set()
    parking.release(listener.store, [LINE])
    listener.work()
    assert listener.felt() == {KEY: [1, 2, 3]}
    assert listener.waited > 0
    assert next(looks) > lost


def test_a_gap_in_a_fact_topic_is_parked_with_all_that_follows(listener: Listener) -> None:
    tell(listener, 1, 3, 4)
    listener.work()
    assert listener.felt() == {KEY: [1]}
    assert listener.parked() == [("gap", KEY), ("follows", KEY)]


def test_a_gap_in_a_state_topic_is_no_loss(listener: Listener) -> None:
    teller: MemoryStore[Unit] = MemoryStore(Unit, TELLER_CATALOGUE, TELLER)
    for _ in range(3):
        revise(teller, "prg_1")
    entities = teller.reading(lambda unit: unit.find(OutboxRow, {}, order=(("sequence", 1),)))
    for row in (entities[0], entities[2], entities[1]):
        listener.log.append(encode(envelope(TELLER, row)))
    listener.work()
    assert [glimpse["revision"] for glimpse in listener.store.held("glimpses")] == [3]
    assert listener.parked() == []


def test_a_new_generation_goes_on_after_a_restore(listener: Listener) -> None:
    tell(listener, 1, 2, 3)
    data = RequestReminded(**request(KEY))
    restored = Envelope(
        id="evt_r",
        source="/mentormesh/matching",
        type=data.contract.type,
        time=SystemClock().now(),
        key=KEY,
        data=data,
        sequence=2,
        generation=2,
        correlationid="cor_1",
    )
    listener.log.append(encode(restored))
    listener.work()
    assert listener.felt() == {KEY: [1, 2, 3, 2]}


@pytest.mark.parametrize(
    ("poison", "cause"),
    [
        (broken(KEY, 2), "unreadable"),
        (replace(record(KEY, 2), value=b'{"request_id": "req_1"}'), "wrong_schema"),
        (replace(record(KEY, 2), headers=()), "unreadable"),
    ],
)
def test_poison_is_parked_byte_for_byte_and_holds_only_its_key(listener: Listener, poison: Record, cause: str) -> None:
    tell(listener, 1)
    listener.log.append(poison)
    tell(listener, 3)
    tell(listener, 1, 2, key="req_2")
    listener.work()
    assert listener.felt() == {KEY: [1], "req_2": [1, 2]}
    assert listener.parked() == [(cause, KEY), ("follows", KEY)]
    first = parking.events_of(listener.store, LINE)[0]
    assert (first.key, first.value, first.headers) == (poison.key, poison.value, poison.headers)


def test_a_handlers_bug_parks_its_key_and_no_other(listener: Listener) -> None:
    listener.failing = {2}
    tell(listener, 1, 2, 3)
    tell(listener, 1, key="req_2")
    listener.work()
    assert listener.felt() == {KEY: [1], "req_2": [1]}
    assert listener.parked() == [("bug", KEY), ("follows", KEY)]


def test_a_released_key_is_applied_in_order_and_goes_on(listener: Listener) -> None:
    listener.failing = {2}
    tell(listener, 1, 2, 3, 4)
    listener.work()
    listener.failing = set()
    assert parking.release(listener.store) == [LINE]
    listener.work()
    tell(listener, 5)
    listener.work()
    assert listener.felt() == {KEY: [1, 2, 3, 4, 5]}
    assert parking.listing(listener.store) == []
    assert listener.store.held("parked") == []


def test_a_key_that_fails_again_stays_parked_with_its_reason(listener: Listener) -> None:
    listener.failing = {2}
    tell(listener, 1, 2, 3)
    listener.work()
    listener.failing = {3}
    parking.release(listener.store, [LINE])
    listener.work()
    assert listener.felt() == {KEY: [1, 2]}
    (line,) = parking.listing(listener.store)
    assert (line.events, line.releasing, line.reason) == (1, False, "Broken: cannot handle 3")
    assert parking.wait_until_applied(listener.store, [LINE]) == [line]


def test_a_dropped_event_is_kept_as_dropped_and_its_key_goes_on(listener: Listener) -> None:
    tell(listener, 1)
    listener.log.append(broken(KEY, 2))
    tell(listener, 3, 4)
    listener.work()
    (dropped,) = parking.drop(listener.store, FrozenClock(), LINE, "prs_cara")
    listener.work()
    tell(listener, 5)
    listener.work()
    assert listener.felt() == {KEY: [1, 3, 4, 5]}
    kept = listener.store.reading(lambda unit: unit.require(Parked, dropped.id))
    assert (kept.dropped_by, kept.dropped_at) == ("prs_cara", FrozenClock().now())
    assert parking.listing(listener.store) == []


def test_a_whole_line_can_be_dropped(listener: Listener) -> None:
    listener.failing = {2}
    tell(listener, 1, 2, 3)
    listener.work()
    assert len(parking.drop(listener.store, FrozenClock(), LINE, "prs_cara", whole_line=True)) == 2
    listener.work()
    assert listener.felt() == {KEY: [1]}
    assert parking.listing(listener.store) == []


def test_releasing_what_is_not_parked_is_refused(listener: Listener) -> None:
    with pytest.raises(NotFound):
        parking.release(listener.store, [LINE])
    with pytest.raises(NotFound):
        parking.drop(listener.store, FrozenClock(), LINE, "prs_cara")


def test_a_batch_in_a_missing_codec_is_parked_whole_and_released_in_order(listener: Listener) -> None:
    tell(listener, 1)
    batch = listener.log.append_closed([record(KEY, 2), record(KEY, 3)], "its codec is missing here")
    tell(listener, 4, 5)
    listener.work()
    assert listener.felt() == {KEY: [1]}
    assert [cause for cause, _ in listener.parked()] == ["unopened", "gap", "follows"]
    (unopened,) = [line for line in parking.listing(listener.store) if line.cause == "unopened"]
    assert parking.events_of(listener.store, unopened.id)[0].value == batch.value

    parking.release(listener.store, [unopened.id])
    listener.work()
    assert listener.felt() == {KEY: [1]}, "it cannot be opened yet"

    listener.log.give_codec()
    parking.release(listener.store, [unopened.id])
    listener.work()
    assert listener.felt() == {KEY: [1, 2, 3, 4, 5]}
    assert parking.listing(listener.store) == []


def test_a_bad_release_stops_instead_of_parking_everything(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_module, "PARKING_LIMIT", 3)
    listener.failing = {2}
    for key in range(6):
        tell(listener, 1, 2, key=f"req_{key}")
    with pytest.raises(TooMuchParked):
        listener.work()
    assert len(listener.store.held("parked")) == 3


def test_a_member_that_lost_its_partition_applies_nothing(listener: Listener) -> None:
    tell(listener, 1)
    listener.work()

    def move_on(unit: Unit) -> None:
        (position,) = unit.find(Position, {})
        unit.save(replace(position, offset=position.offset + 1))

    listener.store.atomically(move_on)
    tell(listener, 2)
    listener.work()
    assert listener.felt() == {KEY: [1]}


def test_a_replay_holds_effects_that_were_felt_outside(listener: Listener) -> None:
    listener.handlers = {**listener.handlers, RequestReminded: Handler(on_request, outside_effects=True)}
    listener.consumer = listener.another()
    tell(listener, 1, 2)
    listener.work()
    replay(listener.store, LISTENER, topics_of(listener.handlers))
    listener.consumer.close()
    listener.consumer = listener.another()
    tell(listener, 3)
    listener.work()
    assert listener.felt() == {KEY: [1, 2, 3]}


def test_what_many_handlers_will_read_is_loaded_at_once(listener: Listener) -> None:
    foreseen: list[list[str]] = []

    def foresee(unit: Unit, envelopes: Sequence[Envelope]) -> None:
        foreseen.append([envelope.key for envelope in envelopes])

    listener.handlers = {**HANDLERS, RequestReminded: Handler(on_request, foresee=foresee)}
    listener.consumer = listener.another()
    tell(listener, 2, key="req_early")  # its own first is missing, so it is parked whatever was loaded for it
    tell(listener, 1)
    tell(listener, 1, key="req_2")
    listener.log.append(broken("req_3", 1))
    listener.work()
    assert [sorted(keys) for keys in foreseen] == [[KEY, "req_2", "req_early"]]
    assert listener.felt() == {KEY: [1], "req_2": [1]}
