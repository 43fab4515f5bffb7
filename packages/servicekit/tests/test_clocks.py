"""Clocks and the watchdog, in memory and with a clock that stands still."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.log import Partition
from servicekit.refusals import WrongState
from servicekit.store import Store, Unit
from servicekit.testing import FrozenClock, MemoryLog, MemoryStore
from servicekit.testing.conformance.logs import record
from servicekit.testing.pair import TELLER, TELLER_CATALOGUE, Ask
from servicekit.timers import Timer, Timers
from servicekit.watchdog import Watchdog


class Seconds:
    """A monotonic clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store() -> MemoryStore[Unit]:
    store: MemoryStore[Unit] = MemoryStore(Unit, TELLER_CATALOGUE, TELLER)

    def ask_three(unit: Unit) -> None:
        for number in range(1, 4):
            unit.save(Ask(id=f"req_{number}"))

    store.atomically(ask_three)
    return store


def due(unit: Unit, now: datetime) -> list[str]:
    """Every ask that was not reminded of."""
    return [ask.id for ask in unit.find(Ask, {"reminders": 0})]


def remind_once(store: Store[Unit], clock: Clock, caller: Caller, id: str) -> None:
    def work(unit: Unit) -> None:
        ask = unit.require(Ask, id)
        if ask.reminders:
            raise WrongState(f"{id} was reminded of already.")
        unit.save(Ask(id=id, version=ask.version, reminders=1))

    store.atomically(work)


def test_a_clock_acts_on_everything_that_is_due(store: MemoryStore[Unit]) -> None:
    timers = Timers(TELLER, store, FrozenClock(), [Timer("reminder", due, remind_once)])
    assert timers.step() == 3
    assert [ask["reminders"] for ask in store.held("asks")] == [1, 1, 1]


def test_two_workers_do_no_harm(store: MemoryStore[Unit]) -> None:
    """Both looked before either acted."""
    stale = ["req_1", "req_2", "req_3"]
    first = Timers(TELLER, store, FrozenClock(), [Timer("reminder", lambda unit, now: stale, remind_once)])
    second = Timers(TELLER, store, FrozenClock(), [Timer("reminder", lambda unit, now: stale, remind_once)])
    assert (first.step(), second.step()) == (3, 0)
    assert [ask["version"] for ask in store.held("asks")] == [2, 2, 2]


def test_a_clock_looks_again_only_after_its_time(store: MemoryStore[Unit]) -> None:
    seconds = Seconds()
    looks: list[datetime] = []

    def look(unit: Unit, now: datetime) -> list[str]:
        looks.append(now)
        return []

    timers = Timers(TELLER, store, FrozenClock(), [Timer("slow", look, remind_once, every=10)], monotonic=seconds)
    for moved in (0, 5, 4.9, 0.2):
        seconds.now += moved
        timers.step()
    assert len(looks) == 2


def test_an_item_that_fails_waits_while_the_others_go_on(store: MemoryStore[Unit]) -> None:
    seconds = Seconds()
    tried: list[str] = []

    def act(store: Store[Unit], clock: Clock, caller: Caller, id: str) -> None:
        tried.append(id)
        assert caller == Caller.system(TELLER)
        if id == "req_2" and len(tried) < 5:
            raise ZeroDivisionError
        remind_once(store, clock, caller, id)

    timers = Timers(TELLER, store, FrozenClock(), [Timer("reminder", due, act, every=1)], monotonic=seconds)
    assert timers.step() == 2
    seconds.now += 1
    assert timers.step() == 0, "it is tried again after two seconds, not at once"
    seconds.now += 1.5
    assert timers.step() == 0
    seconds.now += 4.5
    assert timers.step() == 1
    assert tried == ["req_1", "req_2", "req_3", "req_2", "req_2"]


@dataclass
class Standing:
    """A consumer as the watchdog sees it."""

    progress: Mapping[Partition, int] = field(default_factory=dict)


class Guarded:
    """A watchdog over a log in memory, and whether it ended the process."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.partition = self.log.append(record("req_1", 1)).partition
        self.seconds = Seconds()
        self.consumer = Standing({self.partition: 0})
        self.ended = False
        self.watchdog = Watchdog(self.consumer, self.log, patience=90, end=self._end, monotonic=self.seconds)

    def look_after(self, seconds: float) -> bool:
        self.seconds.now += seconds
        self.watchdog.step()
        return self.ended

    def _end(self) -> None:
        self.ended = True


def test_a_consumer_that_stands_still_behind_the_log_is_ended() -> None:
    guarded = Guarded()
    assert [guarded.look_after(seconds) for seconds in (0, 60, 31)] == [False, False, True]


def test_a_consumer_that_moves_is_left_alone() -> None:
    guarded = Guarded()
    for offset in range(1, 6):
        guarded.log.append(record("req_1", offset + 1))
        guarded.consumer.progress = {guarded.partition: offset}
        assert not guarded.look_after(60)


def test_a_consumer_that_is_at_the_end_may_stand_still() -> None:
    guarded = Guarded()
    guarded.consumer.progress = {guarded.partition: 1}
    assert [guarded.look_after(seconds) for seconds in (0, 100, 100)] == [False, False, False]


def test_a_broker_that_is_away_is_not_the_consumers_fault() -> None:
    guarded = Guarded()
    guarded.look_after(0)
    guarded.log.down = True
    assert not guarded.look_after(200)
    guarded.log.down = False
    assert [guarded.look_after(seconds) for seconds in (1, 60)] == [False, False]
