"""The watchdog: on a thread and connection of its own, it ends a process whose consumer stands still behind the log."""

import os
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from servicekit import metrics
from servicekit.log import Log, LogUnavailable, Partition

PATIENCE_SECONDS = 90.0
EXIT_CODE = 70

log = structlog.get_logger()


class Watched(Protocol):
    """What is watched: the offset read next per partition, as last published by the consumer's own thread."""

    progress: Mapping[Partition, int]


def end_process() -> None:
    """End at once: a thread that spins inside a library cannot be asked to stop."""
    os._exit(EXIT_CODE)


class Watchdog:
    """`step` is called every few seconds; `patience` is how long a partition may lag without moving."""

    def __init__(
        self,
        watched: Watched,
        events: Log,
        patience: float = PATIENCE_SECONDS,
        end: Callable[[], None] = end_process,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._watched = watched
        self._events = events
        self._patience = patience
        self._end = end
        self._monotonic = monotonic
        self._moved: dict[Partition, tuple[int, float]] = {}

    def step(self) -> None:
        """Compare where the consumer is with where the log ends."""
        progress = dict(self._watched.progress)
        try:
            ends = self._events.ends(progress)
        except LogUnavailable as failure:
            # Without the broker nobody can move; that is not the consumer's fault.
            log.warning("watchdog-cannot-look", reason=str(failure))
            self._moved.clear()
            return
        now = self._monotonic()
        stuck = [partition for partition, end in ends.items() if self._stands_still(partition, progress, end, now)]
        self._tell_lag(progress, ends, now)
        if stuck:
            where = [f"{partition.topic}/{partition.number}" for partition in stuck[:5]]
            log.error("consumer-stands-still", partitions=where, seconds=self._patience)
            self._end()

    def _stands_still(self, partition: Partition, progress: Mapping[Partition, int], end: int, now: float) -> bool:
        at = progress[partition]
        known = self._moved.get(partition)
        if at >= end or known is None or known[0] != at:
            self._moved[partition] = (at, now)
            return False
        return now > known[1] + self._patience

    def _tell_lag(self, progress: Mapping[Partition, int], ends: Mapping[Partition, int], now: float) -> None:
        """Seconds since a lagging partition last moved; a topic of which nothing lags is at 0."""
        lags: dict[str, float] = {}
        for partition, end in ends.items():
            behind = now - self._moved[partition][1] if progress[partition] < end else 0.0
            lags[partition.topic] = max(behind, lags.get(partition.topic, 0.0))
        for topic, lag in lags.items():
            metrics.LAG.labels(topic).set(lag)
