"""Follow topics from outside every group: each record as it lies in the log, decoded where it can be."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from contracts import Record, Unreadable, WrongSchema, decode, dump_data


def follow(
    bootstrap: str, topics: Iterable[str], from_beginning: bool, count: int | None, idle_seconds: float | None
) -> Iterator[dict[str, Any]]:
    """One row for each record: topic, partition, offset, key and, decoded, type, time, sequence, generation and data;
    `problem` where it cannot be decoded. Ends after `count` records, or when none came for `idle_seconds`.
    """
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        isolation_level="read_committed",
    )
    try:
        existing = consumer.topics()
        partitions = [
            TopicPartition(topic, number)
            for topic in topics
            if topic in existing
            for number in sorted(consumer.partitions_for_topic(topic) or ())
        ]
        consumer.assign(partitions)
        if not from_beginning:
            consumer.seek_to_end(*partitions)
            for partition in partitions:
                consumer.position(partition)
        yield from _rows(consumer, count, idle_seconds)
    finally:
        consumer.close()


def _rows(consumer: KafkaConsumer, count: int | None, idle_seconds: float | None) -> Iterator[dict[str, Any]]:
    wait_ms = int((idle_seconds or 1.0) * 1000)
    given = 0
    while count is None or given < count:
        polled = consumer.poll(timeout_ms=wait_ms)
        if not polled and idle_seconds is not None:
            return
        records = sorted((record for batch in polled.values() for record in batch), key=lambda one: one.timestamp)
        for record in records:
            if count is not None and given >= count:
                return
            given += 1
            yield row_of(record)


def row_of(record: Any) -> dict[str, Any]:
    """A consumed record (topic, partition, offset, key, value, headers) as JSON values."""
    row: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": None if record.key is None else record.key.decode(errors="backslashreplace"),
    }
    raw = Record(
        record.topic, record.key or b"", record.value, tuple((name, bytes(value)) for name, value in record.headers)
    )
    try:
        envelope = decode(raw)
    except (Unreadable, WrongSchema) as problem:
        return row | {"problem": str(problem), "value": (record.value or b"").decode(errors="backslashreplace")}
    return row | {
        "type": envelope.type,
        "id": envelope.id,
        "time": envelope.time.isoformat(),
        "generation": envelope.generation,
        "sequence": envelope.sequence,
        "correlationid": envelope.correlationid,
        "data": dump_data(envelope.data),
    }


def line_of(row: dict[str, Any]) -> str:
    """The row as one line for people."""
    place = f"{row['topic'].removeprefix('mentormesh.')}/{row['partition']}@{row['offset']}"
    if "problem" in row:
        return f"{'?':24} {place:40} {row['key']}  UNREADABLE: {row['problem']}"
    return (
        f"{row['time'][:23]:24} {place:40} {row['key']} #{row['sequence']} {row['type'].split('.', 2)[-1]} "
        f"{json.dumps(row['data'], separators=(',', ':'))}"
    )
