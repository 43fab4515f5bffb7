"""What every log promises. Subclass, and give the fixture `log`."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import pytest

from contracts import Envelope, Record, encode
from contracts.matching import RequestReminded
from servicekit.clock import SystemClock
from servicekit.log import Fenced, Log, Partition, RawRecord, Reader
from servicekit.testing.pair import request

TOPIC = RequestReminded.contract.topic
_WITHIN_SECONDS = 20.0


def record(key: str, sequence: int) -> Record:
    """A real event of a key, as bytes."""
    data = RequestReminded(**request(key))
    return encode(
        Envelope(
            id=f"evt_{key}_{sequence}",
            source="/mentormesh/matching",
            type=data.contract.type,
            time=SystemClock().now(),
            key=key,
            data=data,
            sequence=sequence,
            generation=1,
            correlationid="cor_1",
        )
    )


def read_until(reader: Reader, enough: Callable[[Sequence[RawRecord]], bool]) -> list[RawRecord]:
    """Poll until it is enough; an impatient test fails here and says what came."""
    read: list[RawRecord] = []
    deadline = time.monotonic() + _WITHIN_SECONDS
    while not enough(read):
        assert time.monotonic() < deadline, f"only {len(read)} records came"
        read += reader.poll(0.2, 50)
    return read


def nothing_stored(partitions: Iterable[Partition]) -> Mapping[Partition, int]:
    """A group that has read nothing yet."""
    return {}


def sequences(records: Iterable[RawRecord], key: str) -> list[str]:
    """The sequences of one key, in the order read."""
    return [dict(raw.headers)["ce_sequence"].decode() for raw in records if raw.key == key.encode()]


class LogConformance:
    """Order per key, bytes as they were, positions that the reader is told, and one sender at a time."""

    def test_what_is_sent_is_read_byte_for_byte(self, log: Log) -> None:
        sent = record("req_1", 1)
        log.sender("relay").send([sent])
        (read,) = read_until(log.reader("group", [TOPIC], nothing_stored), lambda read: len(read) == 1)
        assert (read.partition.topic, read.key, read.value) == (sent.topic, sent.key, sent.value)
        assert read.headers == sent.headers
        assert read.problem is None

    def test_a_key_is_read_in_the_order_of_sending(self, log: Log) -> None:
        sender = log.sender("relay")
        for sequence in range(1, 6):
            sender.send([record(f"req_{key}", sequence) for key in range(4)])
        read = read_until(log.reader("group", [TOPIC], nothing_stored), lambda read: len(read) == 20)
        for key in range(4):
            assert sequences(read, f"req_{key}") == ["1", "2", "3", "4", "5"]

    def test_a_key_stays_in_one_partition(self, log: Log) -> None:
        sender = log.sender("relay")
        for sequence in range(1, 4):
            sender.send([record("req_1", sequence)])
        read = read_until(log.reader("group", [TOPIC], nothing_stored), lambda read: len(read) == 3)
        assert len({raw.partition for raw in read}) == 1

    def test_a_reader_starts_where_the_store_says(self, log: Log) -> None:
        log.sender("relay").send([record("req_1", sequence) for sequence in range(1, 5)])
        before = read_until(log.reader("first", [TOPIC], nothing_stored), lambda read: len(read) == 4)
        position = {before[1].partition: before[1].next_offset}
        reader = log.reader("second", [TOPIC], lambda partitions: {p: position[p] for p in partitions if p in position})
        assert sequences(read_until(reader, lambda read: len(read) == 2), "req_1") == ["3", "4"]

    def test_offsets_reported_to_the_broker_never_move_a_reader(self, log: Log) -> None:
        log.sender("relay").send([record("req_1", 1)])
        reader = log.reader("group", [TOPIC], nothing_stored)
        (read,) = read_until(reader, lambda read: len(read) == 1)
        reader.report({read.partition: read.next_offset})
        reader.close()
        again = read_until(log.reader("group", [TOPIC], nothing_stored), lambda read: len(read) == 1)
        assert again[0].offset == read.offset

    def test_a_new_member_takes_over_what_the_old_one_leaves(self, log: Log) -> None:
        sender = log.sender("relay")
        sender.send([record("req_1", 1)])
        first = log.reader("group", [TOPIC], nothing_stored)
        (read,) = read_until(first, lambda read: len(read) == 1)
        first.close()
        sender.send([record("req_1", 2)])
        stored = {read.partition: read.next_offset}
        second = log.reader("group", [TOPIC], lambda partitions: {p: stored[p] for p in partitions if p in stored})
        assert sequences(read_until(second, lambda read: len(read) == 1), "req_1") == ["2"]

    def test_an_older_sender_is_fenced_and_appends_nothing(self, log: Log) -> None:
        old = log.sender("relay")
        old.send([record("req_1", 1)])
        new = log.sender("relay")
        with pytest.raises(Fenced):
            old.send([record("req_1", 2)])
        new.send([record("req_1", 3)])
        read = read_until(log.reader("group", [TOPIC], nothing_stored), lambda read: "3" in sequences(read, "req_1"))
        assert sequences(read, "req_1") == ["1", "3"]

    def test_the_end_is_behind_the_last_record(self, log: Log) -> None:
        log.sender("relay").send([record("req_1", 1), record("req_1", 2)])
        reader = log.reader("group", [TOPIC], nothing_stored)
        read = read_until(reader, lambda read: len(read) == 2)
        end = log.ends([read[0].partition])[read[0].partition]
        assert end >= read[-1].next_offset
        # A reader that has read everything stands at the end, whatever a broker keeps there for itself.
        deadline = time.monotonic() + _WITHIN_SECONDS
        while reader.positions()[read[0].partition] != end:
            assert time.monotonic() < deadline, "it never reached the end"
            assert not reader.poll(0.2, 50)
