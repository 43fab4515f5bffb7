"""The event log in memory: partitions, groups, fenced senders and batches that nobody can open, without a broker."""

import threading
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from contracts import Record, Topic, topics
from servicekit.log import Fenced, LogUnavailable, Partition, RawRecord


class MemoryLog:
    """Keeps every record. `down` makes it answer like a broker that is away."""

    def __init__(self) -> None:
        self.down = False
        self.lock = threading.RLock()
        self.records: dict[Partition, list[RawRecord]] = {}
        self.senders: dict[str, MemorySender] = {}
        self.groups: dict[str, list[MemoryReader]] = {}
        self.reported: dict[str, dict[Partition, int]] = {}
        self._closed_batches: dict[tuple[Partition, int], list[RawRecord]] = {}

    def sender(self, name: str) -> "MemorySender":
        with self.lock:
            self.require_up()
            self.senders[name] = MemorySender(self, name)
            return self.senders[name]

    def reader(
        self,
        group: str,
        topics: Iterable[str],
        stored: Callable[[Iterable[Partition]], Mapping[Partition, int]],
    ) -> "MemoryReader":
        with self.lock:
            self.require_up()
            reader = MemoryReader(self, group, tuple(topics), stored)
            self.groups.setdefault(group, []).append(reader)
            return reader

    def ends(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        self.require_up()
        return {partition: self.end(partition) for partition in partitions}

    def open_batch(self, batch: RawRecord) -> Sequence[RawRecord]:
        inside = self._closed_batches.get((batch.partition, batch.offset))
        if inside is None:
            raise ValueError(batch.problem or "it cannot be opened")
        return inside

    def prepare(self, topics: Iterable[Topic]) -> None:
        self.require_up()

    def require(self, topics: Iterable[Topic]) -> None:
        self.require_up()

    def close(self) -> None:
        """Nothing is held."""

    def append(self, record: Record) -> RawRecord:
        """Append one record where Kafka would: by its key's partition."""
        partition = partition_of(record.topic, record.key)
        offset = self.end(partition)
        raw = RawRecord(
            partition=partition,
            offset=offset,
            next_offset=offset + 1,
            key=record.key,
            value=record.value,
            headers=record.headers,
            written_at=datetime.now(UTC),
        )
        self.records.setdefault(partition, []).append(raw)
        return raw

    def append_closed(self, records: Sequence[Record], problem: str) -> RawRecord:
        """Append records of one partition as a batch that readers cannot open until `give_codec`."""
        inside = [self.append(record) for record in records]
        held = self.records[inside[0].partition]
        del held[-len(inside) :]
        first = inside[0]
        batch = replace(
            first,
            key=None,
            value=b"batch:" + b"".join(raw.value or b"" for raw in inside),
            headers=(),
            next_offset=inside[-1].next_offset,
            problem=problem,
        )
        held.append(batch)
        self._waiting = (batch, inside)
        return batch

    def give_codec(self) -> None:
        """From now on the last closed batch can be opened."""
        batch, inside = self._waiting
        self._closed_batches[batch.partition, batch.offset] = inside

    def end(self, partition: Partition) -> int:
        """The offset behind the last record."""
        held = self.records.get(partition)
        return held[-1].next_offset if held else 0

    def require_up(self) -> None:
        """Answer, unless `down`.

        Raises:
            LogUnavailable: it is.
        """
        if self.down:
            raise LogUnavailable("the log in memory was told to be away")


class MemorySender:
    """Fenced as soon as another sender has its name."""

    def __init__(self, log: MemoryLog, name: str) -> None:
        self._log = log
        self._name = name

    def send(self, records: Sequence[Record]) -> None:
        with self._log.lock:
            self._log.require_up()
            if self._log.senders.get(self._name) is not self:
                raise Fenced(f"a newer {self._name} has taken over")
            for record in records:
                self._log.append(record)

    def close(self) -> None:
        """Nothing is held."""


class MemoryReader:
    """Partitions go round the group's members; each change starts the newly given ones at their stored positions."""

    def __init__(
        self,
        log: MemoryLog,
        group: str,
        topics: tuple[str, ...],
        stored: Callable[[Iterable[Partition]], Mapping[Partition, int]],
    ) -> None:
        self.spent = False
        self._log = log
        self._group = group
        self._topics = topics
        self._stored = stored
        self._positions: dict[Partition, int] = {}

    def poll(self, seconds: float, most: int) -> Sequence[RawRecord]:
        with self._log.lock:
            self._log.require_up()
            if self.spent:
                raise LogUnavailable("this reader failed before; make a new one")
            self._rebalance()
            polled: list[RawRecord] = []
            for partition, position in self._positions.items():
                ahead = [raw for raw in self._log.records.get(partition, []) if raw.offset >= position]
                taken = ahead[: most - len(polled)]
                if taken:
                    self._positions[partition] = taken[-1].next_offset
                    polled += taken
            self.spent = any(raw.problem for raw in polled)
            return polled

    def assigned(self) -> frozenset[Partition]:
        return frozenset(self._positions)

    def positions(self) -> Mapping[Partition, int]:
        return dict(self._positions)

    def report(self, positions: Mapping[Partition, int]) -> None:
        self._log.reported.setdefault(self._group, {}).update(positions)

    def close(self) -> None:
        with self._log.lock:
            members = self._log.groups.get(self._group, [])
            if self in members:
                members.remove(self)

    def _rebalance(self) -> None:
        members = self._log.groups[self._group]
        mine = {partition for number, partition in enumerate(self._all()) if members[number % len(members)] is self}
        for lost in set(self._positions) - mine:
            del self._positions[lost]
        newcomers = mine - set(self._positions)
        if newcomers:
            stored = self._stored(sorted(newcomers))
            self._positions.update({partition: stored.get(partition, 0) for partition in sorted(newcomers)})

    def _all(self) -> list[Partition]:
        known = topics()
        return [Partition(topic, number) for topic in self._topics for number in range(known[topic].partitions)]


def partition_of(topic: str, key: bytes) -> Partition:
    """Where a key lies; another hash than Kafka's, which promises no more than that it is always the same."""
    return Partition(topic, zlib.crc32(key) % topics()[topic].partitions)
