"""The port to the event log: records are appended by one fenced sender and read as raw bytes from known positions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts import Record, Topic


class LogUnavailable(Exception):
    """The broker did not answer in time; whether the last send took effect is unknown, so it is sent again."""


class Fenced(Exception):
    """Another sender of the same name has taken over; nothing this one sends is appended any more."""


class WrongTopic(Exception):
    """A topic is missing, or does not have the policy or the partitions that the contracts ask for."""


@dataclass(frozen=True, order=True)
class Partition:
    """One partition of a topic, by the topic's own name (without the installation's prefix)."""

    topic: str
    number: int


@dataclass(frozen=True, kw_only=True)
class RawRecord:
    """A record as it lies in the log.

    `problem` says why a whole batch could not be opened (a codec that is missing here, a broken checksum); `value` is
    then the batch byte for byte, and `next_offset` the offset behind it.
    """

    partition: Partition
    offset: int
    next_offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    written_at: datetime
    problem: str | None = None

    def record(self) -> Record:
        """The record as the codec reads it."""
        return Record(self.partition.topic, self.key or b"", self.value or b"", self.headers)


class Sender(Protocol):
    """Appends for one named owner; opening a second sender of the same name fences the first."""

    def send(self, records: Sequence[Record]) -> None:
        """Append all, in order per key, and return once every one is acknowledged.

        Raises:
            Fenced: another owner has taken over; give up.
            LogUnavailable: unknown outcome; close this sender and send again with a new one.
        """
        ...

    def close(self) -> None:
        """Let go without waiting for long."""
        ...


class Reader(Protocol):
    """One member of a consumer group. Used from one thread; after any exception it is closed and made anew.

    `spent` says that it must be made anew once what it returned last is stored.
    """

    spent: bool

    def poll(self, seconds: float, most: int) -> Sequence[RawRecord]:
        """Up to `most` records, in order per partition; an empty sequence after `seconds`.

        Raises:
            LogUnavailable: discard this reader.
        """
        ...

    def assigned(self) -> frozenset[Partition]:
        """The partitions that this member reads now."""
        ...

    def positions(self) -> Mapping[Partition, int]:
        """The offset that is read next, per assigned partition."""
        ...

    def report(self, positions: Mapping[Partition, int]) -> None:
        """Tell the broker how far the group is: for lag figures only, the truth is in the store."""
        ...

    def close(self) -> None:
        """Leave the group."""
        ...


class Log(Protocol):
    """Where senders and readers come from."""

    def sender(self, name: str) -> Sender:
        """The one sender called `name`; every older one of that name is fenced from now on."""
        ...

    def reader(
        self,
        group: str,
        topics: Iterable[str],
        stored: Callable[[Iterable[Partition]], Mapping[Partition, int]],
    ) -> Reader:
        """A new member of `group`. A partition that it is given starts at `stored`, else at the beginning."""
        ...

    def ends(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        """The offset behind the last readable record of each partition, asked of the broker on its own connection."""
        ...

    def open_batch(self, batch: RawRecord) -> Sequence[RawRecord]:
        """The records in a batch that could not be opened when it was read.

        Raises:
            ValueError: it still cannot be opened, and why.
        """
        ...

    def prepare(self, topics: Iterable[Topic]) -> None:
        """Create the topics that are missing, then `require` all of them."""
        ...

    def require(self, topics: Iterable[Topic]) -> None:
        """Refuse topics that are missing or wrong.

        Raises:
            WrongTopic: in one line that says what to do.
            LogUnavailable: the broker did not answer.
        """
        ...

    def close(self) -> None:
        """Close what is shared."""
        ...
