"""The relay and its lease, in memory: order per key, nothing passed over, one owner, no harm from an old one."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from contracts import decode
from servicekit.documents import OutboxRow
from servicekit.lease import Lease, LeaseLost
from servicekit.relay import Relay
from servicekit.store import Unit
from servicekit.testing import FrozenClock, MemoryLog, MemoryStore
from servicekit.testing.pair import TELLER, TELLER_CATALOGUE, remind, revise


class Seconds:
    """A monotonic clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store() -> MemoryStore[Unit]:
    return MemoryStore(Unit, TELLER_CATALOGUE, TELLER)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def relay_of(store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds, batch: int = 200) -> Relay:
    lease = Lease(store, "matching.relay", lasts=5, monotonic=seconds)
    return Relay(TELLER, store, log, FrozenClock(), lease, batch, sleep=lambda _: None)


def told(log: MemoryLog) -> dict[str, list[int]]:
    """Per key, the sequences in the log."""
    found: dict[str, list[int]] = {}
    for records in log.records.values():
        for raw in records:
            envelope = decode(raw.record())
            found.setdefault(envelope.key, []).append(envelope.sequence)
    return found


def unsent(store: MemoryStore[Unit]) -> int:
    return store.reading(lambda unit: unit.count(OutboxRow, {"sent_at": None}))


def test_what_a_command_told_is_sent_once(store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds) -> None:
    remind(store, "req_1")
    relay = relay_of(store, log, seconds)
    assert [relay.step(), relay.step()] == [1, 0]
    assert told(log) == {"req_1": [1]}
    assert unsent(store) == 0


def test_where_nothing_waits_the_outbox_is_looked_at_without_a_transaction(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = relay_of(store, log, seconds)
    assert relay.step() == 0
    with monkeypatch.context() as without:
        without.setattr(store, "atomically", None)
        assert relay.step() == 0
    remind(store, "req_1")
    assert relay.step() == 1
    assert told(log) == {"req_1": [1]}


def test_whoever_is_woken_by_a_row_does_not_ask_for_it_first(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = relay_of(store, log, seconds)
    assert relay.step() == 0
    remind(store, "req_1")
    with monkeypatch.context() as without:
        without.setattr(store, "reading", None)
        assert relay.step(woken=True) == 1
    assert told(log) == {"req_1": [1]}
    assert relay.step(woken=True) == 0


def test_the_envelope_carries_the_story_of_its_command(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds
) -> None:
    remind(store, "req_1")
    relay_of(store, log, seconds).step()
    (row,) = store.reading(lambda unit: unit.find(OutboxRow, {}))
    ((raw,),) = log.records.values()
    envelope = decode(raw.record())
    assert (envelope.id, envelope.correlationid, envelope.time) == (row.id, row.correlationid, row.time)
    assert envelope.source == "/mentormesh/matching"


def test_a_long_backlog_goes_in_batches_and_in_order(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds
) -> None:
    for _ in range(7):
        for key in range(3):
            remind(store, f"req_{key}")
    relay = relay_of(store, log, seconds, batch=4)
    while relay.step():
        continue
    assert told(log) == {f"req_{key}": list(range(1, 8)) for key in range(3)}
    assert unsent(store) == 0


def test_a_row_whose_writer_had_a_slow_clock_does_not_overtake(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds
) -> None:
    """Sequence 3 carries an earlier time than 1 and 2, and the window shows only the earliest row."""
    for _ in range(3):
        remind(store, "req_1")
    early = FrozenClock().now()

    def set_back(unit: Unit) -> int:
        return unit.amend(OutboxRow, {"sequence": 3}, {"time": early})

    store.atomically(set_back)
    relay = relay_of(store, log, seconds, batch=1)
    while relay.step():
        continue
    assert told(log) == {"req_1": [1, 2, 3]}


def test_only_the_newest_snapshot_of_a_key_stays_in_the_outbox(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds
) -> None:
    relay = relay_of(store, log, seconds)
    for _ in range(3):
        revise(store, "prg_1")
        remind(store, "req_1")
        relay.step()
    rows = store.reading(lambda unit: unit.find(OutboxRow, {}))
    assert sorted((row.key, row.sequence) for row in rows) == [
        ("prg_1", 3),
        ("req_1", 1),
        ("req_1", 2),
        ("req_1", 3),
    ]


def test_a_broker_that_is_away_loses_nothing(store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds) -> None:
    remind(store, "req_1")
    relay = relay_of(store, log, seconds)
    log.down = True
    assert [relay.step(), relay.step()] == [0, 0]
    log.down = False
    assert relay.step() == 1
    assert told(log) == {"req_1": [1]}


def test_a_crash_between_sending_and_marking_sends_again(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    remind(store, "req_1")
    with monkeypatch.context() as broken:

        def crash(*_: object) -> None:
            raise KeyboardInterrupt

        broken.setattr(Relay, "_mark", crash)
        with pytest.raises(KeyboardInterrupt):
            relay_of(store, log, seconds).step()
    follower = relay_of(store, log, seconds)
    assert follower.step() == 0
    seconds.now += 6
    assert follower.step() == 1
    assert told(log) == {"req_1": [1, 1]}


def test_a_stand_by_sends_nothing_while_the_owner_lives(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds
) -> None:
    owner, stand_by = relay_of(store, log, seconds), relay_of(store, log, seconds)
    remind(store, "req_1")
    assert owner.step() == 1
    for _ in range(4):
        seconds.now += 3
        remind(store, "req_1")
        assert (stand_by.step(), owner.step()) == (0, 1)


def test_a_stopped_owner_that_goes_on_appends_nothing(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner is stopped right before it sends revision 1; another sends 1 and 2; then it goes on."""
    stopped, other = relay_of(store, log, seconds), relay_of(store, log, seconds)
    revise(store, "prg_1")
    send = type(log.sender("x")).send
    meanwhile = [True]

    def stop_first(self: object, records: object) -> None:
        if meanwhile:
            meanwhile.clear()
            other.step()
            seconds.now += 6
            revise(store, "prg_1")
            assert other.step() == 2
        send(self, records)  # type: ignore[arg-type]

    monkeypatch.setattr(type(log.sender("x")), "send", stop_first)
    assert stopped.step() == 0
    assert told(log) == {"prg_1": [1, 2]}
    assert unsent(store) == 0


def test_a_released_lease_is_taken_at_once(store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds) -> None:
    owner, stand_by = relay_of(store, log, seconds), relay_of(store, log, seconds)
    remind(store, "req_1")
    assert owner.step() == 1
    owner.close()
    remind(store, "req_1")
    assert stand_by.step() == 1
    assert told(log) == {"req_1": [1, 2]}


def test_a_fence_grows_with_every_owner(store: MemoryStore[Unit], seconds: Seconds) -> None:
    first = Lease(store, "work", lasts=5, monotonic=seconds)
    second = Lease(store, "work", lasts=5, monotonic=seconds)
    assert (first.claim(), second.claim()) == (1, None)
    seconds.now += 5.1
    assert not first.is_sure
    assert second.claim() == 2
    assert first.claim() is None
    with pytest.raises(LeaseLost):
        store.atomically(first.check)
    store.atomically(second.check)


def test_an_owner_that_shows_life_keeps_its_lease(store: MemoryStore[Unit], seconds: Seconds) -> None:
    first = Lease(store, "work", lasts=5, monotonic=seconds)
    second = Lease(store, "work", lasts=5, monotonic=seconds)
    for _ in range(10):
        assert (first.claim(), second.claim()) == (1, None)
        seconds.now += 2


def test_the_same_key_always_lies_in_one_partition(store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds) -> None:
    for _ in range(5):
        remind(store, "req_1")
    relay_of(store, log, seconds).step()
    assert len(log.records) == 1


def test_a_look_that_outlasts_the_lease_still_ends_in_sending(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    remind(store, "req_1")
    relay = relay_of(store, log, seconds)
    look = relay._look

    def slowly(unit: Unit) -> object:
        seconds.now += 6
        return look(unit)

    monkeypatch.setattr(relay, "_look", slowly)
    assert relay.step() == 1
    assert told(log) == {"req_1": [1]}


def test_a_long_backlog_of_many_keys_is_asked_about_in_one_question(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [f"req_{number}" for number in range(30)]
    for key in keys:
        remind(store, key)
    before = relay_of(store, log, seconds)
    before.step()
    before.close()
    for key in keys:
        remind(store, key)
    questions: list[object] = []
    find = Unit.find

    def counted(unit: Unit, kind: type, *details: object, **more: object) -> object:
        if kind is OutboxRow:
            questions.append(details)
        return find(unit, kind, *details, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Unit, "find", counted)
    assert relay_of(store, log, seconds, batch=20).step() == 20
    assert len(questions) <= 2


def test_in_a_long_backlog_no_look_reaches_much_further_than_a_batch(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = FrozenClock().now()
    for number in range(300):
        remind(store, f"req_{number}")
        moment = start + timedelta(seconds=number)
        store.atomically(lambda unit, at=moment, key=f"req_{number}": unit.amend(OutboxRow, {"key": key}, {"time": at}))
    matched: list[int] = []
    find = Unit.find

    def counted(unit: Unit, kind: type, where: Mapping[str, object], *details: object, **more: object) -> object:
        if kind is OutboxRow:
            matched.append(unit.count(OutboxRow, where))
        return find(unit, kind, where, *details, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Unit, "find", counted)
    relay = relay_of(store, log, seconds, batch=10)
    assert [relay.step() for _ in range(31)] == [10] * 30 + [0]
    assert matched[0] == 300
    assert max(matched[1:30]) <= 30
    assert unsent(store) == 0


def test_between_bursts_of_a_long_backlog_no_look_reaches_over_all_of_it(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import tells as much as a batch at once, then nothing for a while: the next burst lies behind a gap."""
    start = FrozenClock().now() - timedelta(hours=1)
    for number in range(100):
        remind(store, f"req_{number}")
        moment = start + timedelta(minutes=number // 10, milliseconds=number % 10)
        store.atomically(lambda unit, at=moment, key=f"req_{number}": unit.amend(OutboxRow, {"key": key}, {"time": at}))
    matched: list[int] = []
    find = Unit.find

    def counted(unit: Unit, kind: type, where: Mapping[str, object], *details: object, **more: object) -> object:
        if kind is OutboxRow:
            matched.append(unit.count(OutboxRow, where))
        return find(unit, kind, where, *details, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Unit, "find", counted)
    relay = relay_of(store, log, seconds, batch=10)
    assert [relay.step() for _ in range(11)] == [10] * 10 + [0]
    assert matched[0] == 100
    assert max(matched[1:]) <= 30
    assert unsent(store) == 0


def test_a_row_that_commits_late_is_not_passed_over_in_a_long_backlog(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds
) -> None:
    for number in range(30):
        remind(store, f"req_{number}")
    relay = relay_of(store, log, seconds, batch=10)
    relay.step()
    remind(store, "req_late")
    early = FrozenClock().now() - timedelta(days=3650)
    store.atomically(lambda unit: unit.amend(OutboxRow, {"key": "req_late"}, {"time": early}))
    relay.step()
    assert "req_late" in told(log)
    while relay.step():
        continue
    assert unsent(store) == 0


@pytest.mark.parametrize("batch", [1, 2, 10, 200])
def test_rows_that_commit_late_with_older_ids_and_times_than_rows_already_sent_are_sent(
    store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds, batch: int
) -> None:
    relay = relay_of(store, log, seconds, batch=batch)
    start = FrozenClock().now()
    for number in range(40):
        key = f"req_{number % 7}"
        remind(store, key)
        # Every third row has the time of a transaction that began long before those that were sent meanwhile.
        moment = start + timedelta(seconds=number) - timedelta(seconds=100 if number % 3 == 0 else 0)
        where = {"key": key, "sequence": number // 7 + 1}
        store.atomically(lambda unit, at=moment, late=where: unit.amend(OutboxRow, late, {"time": at}))
        if number % 2:
            relay.step()
    while relay.step():
        continue
    assert told(log) == {f"req_{key}": list(range(1, 7 if key < 5 else 6)) for key in range(7)}
    assert unsent(store) == 0


def test_rows_far_behind_a_gap_in_time_are_found(store: MemoryStore[Unit], log: MemoryLog, seconds: Seconds) -> None:
    for number in range(25):
        remind(store, f"req_{number}")
    later = FrozenClock().now() + timedelta(days=3650)
    store.atomically(lambda unit: unit.amend(OutboxRow, {"key": "req_24"}, {"time": later}))
    relay = relay_of(store, log, seconds, batch=10)
    while relay.step():
        continue
    assert unsent(store) == 0
