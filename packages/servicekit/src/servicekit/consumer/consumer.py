"""The consumer of one worker process: reads, applies in one transaction with watermark and position, retries, parks."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog

from servicekit import metrics
from servicekit.consumer.applying import Applying, Outcome, Verdict
from servicekit.consumer.incoming import Incoming, Poison, incoming
from servicekit.consumer.releasing import release_next
from servicekit.entity import Entity
from servicekit.ledger import Parked, Position, Watermark, position_of
from servicekit.log import Log, LogUnavailable, Partition, RawRecord, Reader
from servicekit.refusals import Refusal
from servicekit.store import Duplicate, Store

BATCH = 50
# An empty log is asked again that often; a record ends the wait.
POLL_SECONDS = 0.5
RETRY_FOR_SECONDS = 60.0
HOUSEKEEPING_SECONDS = 1.0
PARKING_LIMIT = 50
_LIMIT_WINDOW = timedelta(hours=1)

log = structlog.get_logger()


class LostPartition(Exception):
    """Another member moved a partition's position: this one no longer owns it and reads anew."""


class TooMuchParked(Exception):
    """So many handlers failed lately that the release is at fault; a person must look before more is parked."""


class Consumer:
    """One member of the service's group. `step` is called over and over from one thread."""

    def __init__(
        self,
        store: Store[Any],
        events: Log,
        applying: Applying,
        topics: Iterable[str],
        batch: int = BATCH,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._events = events
        self._applying = applying
        self._group = applying.group
        self._topics = tuple(topics)
        self._batch = batch
        self._sleep = sleep
        self._monotonic = monotonic
        self._reader: Reader | None = None
        self._positions: dict[Partition, int | None] = {}
        self._reported: Mapping[Partition, int] = {}
        self._housekept_at = float("-inf")
        self.progress: Mapping[Partition, int] = {}

    def step(self) -> int:
        """Take what is there, at most one batch; returns how many records."""
        try:
            records = self._poll()
            if records:
                self._take([incoming(raw) for raw in records])
            if self._reader is not None and self._reader.spent:
                self._discard()
            self._keep_house()
        except LogUnavailable as failure:
            log.warning("consumer-cannot-read", reason=str(failure))
            self._discard()
            self._sleep(1.0)
            return 0
        except LostPartition as lost:
            log.info("consumer-lost-a-partition", partition=str(lost))
            self._discard()
            return 0
        return len(records)

    def close(self) -> None:
        """Leave the group, so that others take over at once."""
        self._discard()

    def _poll(self) -> Sequence[RawRecord]:
        if self._reader is None:
            metrics.READERS.inc()
            self._positions = {}
            self._reported = {}
            self._reader = self._events.reader(self._group, self._topics, self._stored)
        return self._reader.poll(POLL_SECONDS, self._batch)

    def _discard(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _stored(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        """The store's positions of newly assigned partitions; from now on they are compared at every write."""
        partitions = list(partitions)
        ids = {position_of(self._group, partition): partition for partition in partitions}

        def look(unit: Any) -> dict[Partition, int | None]:
            unit.prefetch(Position, ids)
            found = {partition: unit.get(Position, id) for id, partition in ids.items()}
            return {partition: position.offset if position else None for partition, position in found.items()}

        found = self._persist(lambda: self._store.reading(look))
        self._positions.update(found)
        return {partition: offset for partition, offset in found.items() if offset is not None}

    def _take(self, records: Sequence[Incoming]) -> None:
        try:
            self._persist(lambda: self._commit(records))
        except LostPartition:
            raise
        except Exception as failure:  # noqa: BLE001  # a handler's bug can be any exception; it is found one by one
            log.warning("batch-failed", records=len(records), error=type(failure).__name__)
            for record in records:
                self._take_one(record)

    def _take_one(self, record: Incoming) -> None:
        try:
            self._persist(lambda: self._commit([record]))
        except LostPartition:
            raise
        except Exception as failure:  # as above; it becomes the reason under which it is parked
            self._refuse_too_many(failure)
            where = {"topic": record.topic, "partition": record.raw.partition.number, "offset": record.raw.offset}
            log.error("handler-failed", exc_info=failure, **where)
            poison = Poison("bug", f"{type(failure).__name__}: {failure}"[:1000])
            self._persist(lambda: self._commit([record], poison))

    def _persist(self, attempt: Callable[[], Any]) -> Any:
        """Try again while the store cannot be reached or is too busy.

        Raises:
            Refusal: the store stayed away for a minute; the process ends.
        """
        deadline = self._monotonic() + RETRY_FOR_SECONDS
        pause = 0.1
        while True:
            try:
                return attempt()
            except Refusal as refusal:
                if not _is_transient(refusal) or self._monotonic() > deadline:
                    raise
                metrics.RETRIES.inc()
                log.warning("store-not-ready", refusal=refusal.slug())
                self._sleep(pause)
                pause = min(pause * 2, 5.0)

    def _commit(self, records: Sequence[Incoming], poison: Poison | None = None) -> None:
        """Effects, watermarks and positions in one transaction; with `poison`, the one record is parked instead."""
        ends: dict[Partition, int] = {record.raw.partition: record.raw.next_offset for record in records}

        def work(unit: Any) -> list[Verdict]:
            positions = self._compare(unit, ends)
            if poison is not None:
                verdicts = [self._applying.park(unit, record, poison) for record in records]
            else:
                verdicts = self._applying.apply_all(unit, records)
            for position in positions:
                unit.save(position)
            return verdicts

        verdicts = self._store.atomically(work)
        self._positions.update(ends)
        count(verdicts)
        self._measure_lag(records)

    def _compare(self, unit: Any, ends: Mapping[Partition, int]) -> list[Position]:
        """The positions to save, each still where this member left it.

        Raises:
            LostPartition: one is not.
        """
        ids = {position_of(self._group, partition): partition for partition in ends}
        unit.prefetch(Position, ids)
        moved = []
        for id, partition in ids.items():
            stored = unit.get(Position, id)
            if partition not in self._positions or self._positions[partition] != (stored.offset if stored else None):
                raise LostPartition(id)
            moved.append(Position(id=id, version=stored.version if stored else 0, offset=ends[partition]))
        return moved

    def _refuse_too_many(self, failure: Exception) -> None:
        """Stop instead of parking everything: a bad release fails on every event.

        Raises:
            TooMuchParked: the limit is reached.
        """
        since = self._applying.clock.now() - _LIMIT_WINDOW
        where = {"cause": "bug", "parked_at": {"$gt": since}, "dropped_at": None}
        if self._count(Parked, where) >= PARKING_LIMIT:
            raise TooMuchParked(f"{PARKING_LIMIT} events were parked within an hour") from failure

    def _count(self, kind: type[Entity], where: Mapping[str, Any]) -> int:
        return int(self._persist(lambda: self._store.reading(lambda unit: unit.count(kind, where))))

    def _keep_house(self) -> None:
        now = self._monotonic()
        if now < self._housekept_at + HOUSEKEEPING_SECONDS or self._reader is None:
            return
        self._housekept_at = now
        self.progress = self._reader.positions()
        assigned = self._reader.assigned()
        mine = {held: at for held, at in self._positions.items() if at is not None and held in assigned}
        if mine != self._reported:
            self._reader.report(mine)
            self._reported = mine
        while self._persist(lambda: release_next(self._store, self._applying, self._events)):
            pass
        metrics.PARKED_KEYS.set(self._count(Watermark, {"parked": {"$gt": 0}}))

    def _measure_lag(self, records: Sequence[Incoming]) -> None:
        now = self._applying.clock.now()
        for record in records:
            metrics.LAG.labels(record.topic).set(max(0.0, (now - record.raw.written_at).total_seconds()))


def count(verdicts: Iterable[Verdict]) -> None:
    """Tell the figures, once the transaction is true."""
    for verdict in verdicts:
        if verdict.outcome is Outcome.APPLIED:
            metrics.APPLIED.labels(verdict.topic).inc()
        elif verdict.outcome is Outcome.DUPLICATE:
            metrics.DUPLICATES.labels(verdict.topic).inc()
        else:
            metrics.PARKED.labels(verdict.topic, verdict.cause).inc()
            if verdict.cause == "gap":
                metrics.GAPS.labels(verdict.topic).inc()


def _is_transient(refusal: Refusal) -> bool:
    # A unique index that keeps refusing is a handler's bug, however often it is tried.
    return refusal.status == 503 and not isinstance(refusal.__cause__, Duplicate)
