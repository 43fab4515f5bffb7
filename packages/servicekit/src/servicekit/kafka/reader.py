"""Reading from Kafka as one member of a group, from positions that the store knows."""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from servicekit.config import KafkaSettings
from servicekit.kafka.connection import Wire, answering, client_options
from servicekit.log import Partition, RawRecord

SESSION_SECONDS = 10
MAX_POLL_SECONDS = 120


class _Newcomers(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python ships no types
    """Remembers which partitions this member was given and has not yet placed.

    It runs on the client's own thread, where an exception would only be logged, so it does no more than remember.
    """

    def __init__(self) -> None:
        self._partitions: set[TopicPartition] = set()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._partitions.difference_update(revoked)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._partitions.update(assigned)

    def take(self) -> set[TopicPartition]:
        taken = set(self._partitions)
        self._partitions.difference_update(taken)
        return taken


class KafkaReader:
    """A group member that never trusts the group's committed offsets: they only show the lag."""

    def __init__(
        self,
        settings: KafkaSettings,
        wire: Wire,
        group: str,
        topics: Iterable[str],
        stored: Callable[[Iterable[Partition]], Mapping[Partition, int]],
    ) -> None:
        self._settings = settings
        self._wire = wire
        self._stored = stored
        self._newcomers = _Newcomers()
        with answering(settings, "a consumer"):
            self._consumer = KafkaConsumer(
                **client_options(settings, wire.scoped(group)),
                group_id=wire.scoped(group),
                auto_offset_reset="earliest",
                enable_auto_commit=False,
                allow_auto_create_topics=False,
                isolation_level="read_committed",
                partition_assignment_strategy=(CooperativeStickyAssignor,),
                session_timeout_ms=SESSION_SECONDS * 1000,
                heartbeat_interval_ms=SESSION_SECONDS * 300,
                max_poll_interval_ms=MAX_POLL_SECONDS * 1000,
                fetch_max_wait_ms=250,
                metadata_max_age_ms=30_000,
            )
            self._consumer.subscribe(topics=[wire.outside(topic) for topic in topics], listener=self._newcomers)

    def poll(self, seconds: float, most: int) -> Sequence[RawRecord]:
        with answering(self._settings, "a poll"):
            polled = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=most)
        unplaced = self._newcomers.take()
        if unplaced:
            # What was fetched of them came from the group's offsets, not from ours.
            self._place(unplaced)
        return [
            self._raw(record)
            for partition, records in polled.items()
            if partition not in unplaced
            for record in records
        ]

    def assigned(self) -> frozenset[Partition]:
        return frozenset(self._inside(partition) for partition in self._consumer.assignment())

    def positions(self) -> Mapping[Partition, int]:
        with answering(self._settings, "positions"):
            found = {held: self._consumer.position(held, timeout_ms=0) for held in self._consumer.assignment()}
        return {self._inside(partition): offset for partition, offset in found.items() if offset is not None}

    def report(self, positions: Mapping[Partition, int]) -> None:
        offsets = {self._outside(held): OffsetAndMetadata(offset, "", -1) for held, offset in positions.items()}
        with answering(self._settings, "a commit of offsets"):
            self._consumer.commit_async(offsets)

    def close(self) -> None:
        with contextlib.suppress(KafkaError):
            self._consumer.close(autocommit=False, timeout_ms=2000)

    def _place(self, partitions: Iterable[TopicPartition]) -> None:
        held = [partition for partition in partitions if partition in self._consumer.assignment()]
        stored = self._stored([self._inside(partition) for partition in held])
        with answering(self._settings, "a seek"):
            for partition in held:
                offset = stored.get(self._inside(partition))
                if offset is None:
                    self._consumer.seek_to_beginning(partition)
                else:
                    self._consumer.seek(partition, offset)

    def _raw(self, record: Any) -> RawRecord:
        return RawRecord(
            partition=Partition(self._wire.inside(record.topic), record.partition),
            offset=record.offset,
            next_offset=record.offset + 1,
            key=record.key,
            value=record.value,
            headers=tuple((name, value or b"") for name, value in record.headers),
            written_at=datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC),
        )

    def _inside(self, partition: TopicPartition) -> Partition:
        return Partition(self._wire.inside(partition.topic), partition.partition)

    def _outside(self, partition: Partition) -> TopicPartition:
        return TopicPartition(self._wire.outside(partition.topic), partition.number)
