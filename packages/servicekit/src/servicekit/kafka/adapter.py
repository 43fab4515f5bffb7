"""`servicekit.log.Log` over one Kafka cluster."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError

from contracts import Topic
from servicekit.config import KafkaSettings
from servicekit.kafka.batches import first_unopened, opened
from servicekit.kafka.connection import Wire, answering, client_options
from servicekit.kafka.reader import KafkaReader
from servicekit.kafka.sender import KafkaSender
from servicekit.kafka.topics import create_missing, require_right
from servicekit.log import Partition, RawRecord


class KafkaLog:
    """Make it after the fork: a client that crosses one loses messages without a word."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._wire = Wire(settings.prefix)
        self._admin: KafkaAdminClient | None = None
        self._admin_lock = threading.Lock()

    def sender(self, name: str) -> KafkaSender:
        return KafkaSender(self._settings, self._wire, name)

    def reader(
        self,
        group: str,
        topics: Iterable[str],
        stored: Callable[[Iterable[Partition]], Mapping[Partition, int]],
    ) -> KafkaReader:
        return KafkaReader(self._settings, self._wire, group, topics, stored, self._unopened)

    def ends(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        asked = {TopicPartition(self._wire.outside(held.topic), held.number): held for held in partitions}
        if not asked:
            return {}
        with self._administering("offsets") as admin:
            found = admin.list_partition_offsets(
                dict.fromkeys(asked, OffsetSpec.LATEST), isolation_level="read_committed", timeout_ms=5000
            )
        return {asked[partition]: answer.offset for partition, answer in found.items()}

    def open_batch(self, batch: RawRecord) -> Sequence[RawRecord]:
        return opened(batch)

    def prepare(self, topics: Iterable[Topic]) -> None:
        topics = list(topics)
        with self._administering("topics") as admin:
            create_missing(admin, self._settings, self._wire, topics)
        self.require(topics)

    def require(self, topics: Iterable[Topic]) -> None:
        with self._administering("topics") as admin:
            require_right(admin, self._wire, topics)

    def close(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            with contextlib.suppress(KafkaError):
                admin.close()

    def _unopened(self, positions: Mapping[TopicPartition, int]) -> Sequence[RawRecord]:
        with self._administering("a batch that the client cannot open") as admin:
            return first_unopened(admin, self._wire, positions)

    @contextlib.contextmanager
    def _administering(self, doing: str) -> Iterator[KafkaAdminClient]:
        """The one admin client, for one thread at a time; dropped after any failure."""
        with self._admin_lock, answering(self._settings, doing):
            if self._admin is None:
                options = client_options(self._settings, self._wire.scoped("admin"))
                self._admin = KafkaAdminClient(**options, request_timeout_ms=10_000)
            try:
                yield self._admin
            except (KafkaError, OSError):
                self.close()
                raise
