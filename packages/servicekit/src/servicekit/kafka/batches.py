"""Record batches as bytes: fetched past the client where it cannot open one, told apart, opened later."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import UnsupportedCodecError
from kafka.protocol.consumer.fetch import FetchRequest
from kafka.record.default_records import DefaultRecordBatch
from kafka.record.memory_records import MemoryRecords

from servicekit.kafka.connection import Wire
from servicekit.log import Partition, RawRecord

_MOST_BYTES = 8 * 1024 * 1024
_LENGTH_AT = 8  # after the base offset: the length of what follows, as a 32-bit integer
_OVERHEAD = 12
_READ_COMMITTED = 1
_NEWEST_FETCH = 11  # the last version before the broker's replies get flexible tags; any broker since 2.3 speaks it


def first_unopened(admin: KafkaAdminClient, wire: Wire, positions: Mapping[TopicPartition, int]) -> Sequence[RawRecord]:
    """Of each partition, the first batch from its position on if it cannot be opened; byte for byte."""
    found = []
    for partition, offset in positions.items():
        fetched = admin._manager.run(_fetch, admin, partition, offset)
        for batch in _slices(fetched):
            if DefaultRecordBatch(batch).next_offset <= offset:
                continue
            problem = _problem(batch)
            if problem is not None:
                inside = Partition(wire.inside(partition.topic), partition.partition)
                found.append(_as_record(inside, batch, offset, problem))
            break
    return found


def opened(batch: RawRecord) -> Sequence[RawRecord]:
    """The records of a batch that was kept as bytes.

    Raises:
        ValueError: it cannot be opened here either.
    """
    value = batch.value or b""
    problem = _problem(value)
    if problem is not None:
        raise ValueError(problem)
    return [
        RawRecord(
            partition=batch.partition,
            offset=record.offset,
            next_offset=record.offset + 1,
            key=record.key,
            value=record.value,
            headers=tuple((name, content or b"") for name, content in record.headers),
            written_at=moment(record.timestamp),
        )
        for record in DefaultRecordBatch(value)
        if record.offset >= batch.offset
    ]


def moment(milliseconds: int) -> datetime:
    """Kafka's timestamp as a moment."""
    return datetime.fromtimestamp(max(milliseconds, 0) / 1000, UTC)


async def _fetch(admin: KafkaAdminClient, partition: TopicPartition, offset: int) -> bytes:
    leaders = await admin._async_get_leader_for_partitions([partition])
    wanted = FetchRequest.FetchTopic.FetchPartition(
        partition=partition.partition,
        current_leader_epoch=-1,
        fetch_offset=offset,
        last_fetched_epoch=-1,
        partition_max_bytes=_MOST_BYTES,
    )
    request = FetchRequest(
        max_wait_ms=100,
        min_bytes=1,
        max_bytes=_MOST_BYTES,
        isolation_level=_READ_COMMITTED,
        session_id=0,
        session_epoch=-1,
        topics=[FetchRequest.FetchTopic(topic=partition.topic, partitions=[wanted])],
        forgotten_topics_data=[],
        rack_id="",
        min_version=4,
        max_version=_NEWEST_FETCH,
    )
    response: Any = await admin._manager.send(request, node_id=next(iter(leaders)))
    return bytes(response.responses[0].partitions[0].records or b"")


def _slices(fetched: bytes) -> Iterator[bytes]:
    """The whole batches in what was fetched; a last one that was cut is left out."""
    start = 0
    while start + _OVERHEAD <= len(fetched):
        (length,) = struct.unpack_from(">i", fetched, start + _LENGTH_AT)
        end = start + _OVERHEAD + length
        if end > len(fetched):
            return
        yield fetched[start:end]
        start = end


def _problem(batch: bytes) -> str | None:
    """Why the batch cannot be opened here, or None."""
    try:
        parsed = MemoryRecords(batch).next_batch()
        if not parsed.validate_crc():
            return "its checksum is wrong"
        list(parsed)
    except UnsupportedCodecError as problem:
        return f"its codec is missing here: {problem}"
    except Exception as problem:  # noqa: BLE001  # broken bytes raise whatever they run into
        return f"it cannot be read: {type(problem).__name__}"
    return None


def _as_record(partition: Partition, batch: bytes, offset: int, problem: str) -> RawRecord:
    header = DefaultRecordBatch(batch)
    return RawRecord(
        partition=partition,
        offset=max(header.base_offset, offset),
        next_offset=header.next_offset,
        key=None,
        value=batch,
        headers=(),
        written_at=moment(header.max_timestamp),
        problem=problem,
    )
