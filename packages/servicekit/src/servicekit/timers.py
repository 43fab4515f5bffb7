"""Clocks: what is due is found by index, and an ordinary use case acts on each item in its own transaction."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from servicekit import metrics, origin
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.origin import Origin
from servicekit.refusals import Refusal
from servicekit.store import Store

_FIRST_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 300.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Timer:
    """One deadline's clock.

    `due(unit, now)` names the ids whose time has come, oldest first and at most some hundred; `act(store, clock,
    caller, id)` is the use case, which checks state and time again in its own transaction, so two workers do no harm.
    `every` is the time between two looks, in seconds.
    """

    name: str
    due: Callable[[Any, datetime], Sequence[str]]
    act: Callable[[Any, Clock, Caller, str], object]
    every: float = 1.0


@dataclass
class _Trouble:
    """An item that failed: how often, and when it may be tried again."""

    failures: int
    again_at: float


class Timers:
    """All clocks of one worker. `step` is called over and over from one thread."""

    def __init__(
        self,
        service: str,
        store: Store[Any],
        clock: Clock,
        timers: Sequence[Timer],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._caller = Caller.system(service)
        self._store = store
        self._clock = clock
        self._timers = timers
        self._monotonic = monotonic
        self._next = dict.fromkeys((timer.name for timer in timers), float("-inf"))
        self._troubles: dict[tuple[str, str], _Trouble] = {}

    def step(self) -> int:
        """Run every clock whose time has come; returns how many items were acted on."""
        acted = 0
        for timer in self._timers:
            if self._monotonic() >= self._next[timer.name]:
                acted += self._run(timer)
                self._next[timer.name] = self._monotonic() + timer.every
        return acted

    def _run(self, timer: Timer) -> int:
        with metrics.TIMER_SECONDS.labels(timer.name).time():
            try:
                due = self._store.reading(lambda unit: timer.due(unit, self._clock.now()))
            except Refusal as refusal:
                # The database is away; what is due stays due.
                log.warning("clock-cannot-look", timer=timer.name, refusal=refusal.slug())
                return 0
            return sum(self._act(timer, id) for id in due if self._may_try(timer, id))

    def _may_try(self, timer: Timer, id: str) -> bool:
        trouble = self._troubles.get((timer.name, id))
        return trouble is None or self._monotonic() >= trouble.again_at

    def _act(self, timer: Timer, id: str) -> bool:
        with origin.working_for(Origin(correlation_id=new_id("cor"))):
            try:
                timer.act(self._store, self._clock, self._caller, id)
            except Refusal as refusal:
                # Usually another worker, or the person themselves, was faster; if not, it stays due and is seen again.
                log.info("clock-was-refused", timer=timer.name, item=id, refusal=refusal.slug())
                self._postpone(timer, id)
                return False
            except Exception as failure:  # one item's bug must not stop the others
                metrics.TIMER_FAILURES.labels(timer.name).inc()
                log.error("clock-failed", timer=timer.name, item=id, exc_info=failure)
                self._postpone(timer, id)
                return False
        self._troubles.pop((timer.name, id), None)
        metrics.TIMER_RUNS.labels(timer.name).inc()
        return True

    def _postpone(self, timer: Timer, id: str) -> None:
        before = self._troubles.get((timer.name, id))
        failures = before.failures + 1 if before else 1
        pause = min(_FIRST_PAUSE_SECONDS * 2 ** (failures - 1), _LONGEST_PAUSE_SECONDS)
        self._troubles[timer.name, id] = _Trouble(failures, self._monotonic() + pause)
        self._forget_old_troubles()

    def _forget_old_troubles(self) -> None:
        now = self._monotonic()
        for key, trouble in list(self._troubles.items()):
            if now > trouble.again_at + _LONGEST_PAUSE_SECONDS:
                del self._troubles[key]
