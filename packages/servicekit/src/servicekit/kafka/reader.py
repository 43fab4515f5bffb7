"""Reading from Kafka as one member of a group, from positions that the store knows."""

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from servicekit.config import KafkaSettings
from servicekit.kafka.batches import moment
from servicekit.kafka.connection import Wire, answering, client_options
from servicekit.log import LogUnavailable, Partition, RawRecord

SESSION_SECONDS = 10
MAX_POLL_SECONDS = 120
_AWAY_SECONDS = 1.0

log = structlog.get_logger()


class _Newcomers(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python ships no types
    """Remembers which partitions this member was given and has not yet placed, and has the client `wait` with them.

    Else the same poll may fetch from the group's offsets, which are behind ours, and meet a batch there that it cannot
    open: each new reader would fail at the one that was parked before. It runs on the client's own thread, where an
    exception would only be logged, so it does no more.
    """

    def __init__(self, wait: Callable[..., None]) -> None:
        self._wait = wait
        self._partitions: set[TopicPartition] = set()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._partitions.difference_update(revoked)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        # In this order: whoever takes one in between places it, and must not find it waiting ever after.
        try:
            self._wait(*assigned)
        finally:
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
        unopened: Callable[[Mapping[TopicPartition, int]], Sequence[RawRecord]],
    ) -> None:
        self._settings = settings
        self._wire = wire
        self._stored = stored
        self._unopened = unopened
        self.spent = False
        self._was_member = False
        self._newcomers = _Newcomers(lambda *partitions: self._consumer.pause(*partitions))
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
            outside = [wire.outside(topic) for topic in topics]
            for topic in outside:
                # A member that joins before it knows the topics is first given nothing, and waits for another round.
                self._consumer.partitions_for_topic(topic)
            self._consumer.subscribe(topics=outside, listener=self._newcomers)

    def poll(self, seconds: float, most: int) -> Sequence[RawRecord]:
        if self.spent:
            raise LogUnavailable("this reader failed before; make a new one")
        if self._is_mute():
            self.spent = True
            raise LogUnavailable("the client no longer tells its group that it is there; make a new one")
        self._breathe()
        try:
            polled = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=most)
        except Exception as failure:  # noqa: BLE001  # a record can break the client in any way, and so can the network
            return self._explain(failure)
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

    def _breathe(self) -> None:
        """Pause while the group's coordinator is away: the client asks without a pause, at the cost of a core."""
        if not self._consumer._coordinator.coordinator_unknown():
            self._was_member = True
        elif self._was_member:
            time.sleep(_AWAY_SECONDS)

    def _is_mute(self) -> bool:
        """Whether the client stopped its heartbeats for good and does not know it.

        At some starts it holds itself for a member without telling the group so: the group then gives its partitions
        away, while it reads on, and asks the broker without a pause, at the cost of a core.
        """
        coordinator = self._consumer._coordinator
        if coordinator.need_rejoin() or coordinator.coordinator_unknown():
            return False
        return bool(coordinator.heartbeat.session_timeout_expired())

    def assigned(self) -> frozenset[Partition]:
        return frozenset(self._inside(partition) for partition in self._consumer.assignment())

    def positions(self) -> Mapping[Partition, int]:
        return {self._inside(held): offset for held, offset in self._at().items()}

    def report(self, positions: Mapping[Partition, int]) -> None:
        offsets = {self._outside(held): OffsetAndMetadata(offset, "", -1) for held, offset in positions.items()}
        with answering(self._settings, "a commit of offsets"):
            self._consumer.commit_async(offsets)

    def close(self) -> None:
        with contextlib.suppress(KafkaError):
            self._consumer.close(autocommit=False, timeout_ms=2000)

    def _explain(self, failure: Exception) -> Sequence[RawRecord]:
        """The batches that made the client fail, as records with a `problem`.

        The client is given up: after an exception it may return nothing for ever, without another word.

        Raises:
            LogUnavailable: no batch is to blame.
        """
        self.spent = True
        log.warning("reader-failed", exc_info=failure)
        unplaced = self._newcomers.take()
        blamed = self._unopened({held: at for held, at in self._at().items() if held not in unplaced})
        if not blamed:
            raise LogUnavailable(f"a poll failed with {type(failure).__name__}") from failure
        return blamed

    def _at(self) -> dict[TopicPartition, int]:
        """Where the client reads next, as it notes for itself: asking it properly costs a tenth of a second."""
        assignment = self._consumer._subscription.assignment
        noted = {held: state.position for held, state in list(assignment.items())}
        return {held: position.offset for held, position in noted.items() if position is not None}

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
            self._consumer.resume(*held)

    def _raw(self, record: Any) -> RawRecord:
        return RawRecord(
            partition=Partition(self._wire.inside(record.topic), record.partition),
            offset=record.offset,
            next_offset=record.offset + 1,
            key=record.key,
            value=record.value,
            headers=tuple((name, value or b"") for name, value in record.headers),
            written_at=moment(record.timestamp),
        )

    def _inside(self, partition: TopicPartition) -> Partition:
        return Partition(self._wire.inside(partition.topic), partition.partition)

    def _outside(self, partition: Partition) -> TopicPartition:
        return TopicPartition(self._wire.outside(partition.topic), partition.number)
