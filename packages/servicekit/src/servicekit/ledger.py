"""What workers remember: leases, a watermark per key, a position per partition, and the events that wait parked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from servicekit.documents import Documents, index
from servicekit.entity import Entity
from servicekit.log import Partition, RawRecord

Cause = Literal["unreadable", "wrong_schema", "unopened", "bug", "gap", "follows"]


@dataclass(frozen=True, kw_only=True)
class LeaseRow(Entity):
    """Who owns one kind of work; `fence` grows with every new owner, the version with every sign of life."""

    holder: str | None
    fence: int


@dataclass(frozen=True, kw_only=True)
class Watermark(Entity):
    """How far one line (group, topic, key) is applied, and how many of its events wait parked.

    `reached_*` is the furthest point ever, which a replay does not forget: up to there, effects that would be felt
    outside are held. `releasing` is an operator's word that the parked ones may be tried again.
    """

    group: str
    topic: str
    key: str
    generation: int = 0
    sequence: int = 0
    reached_generation: int = 0
    reached_sequence: int = 0
    parked: int = 0
    releasing: bool = False

    def knows(self, generation: int, sequence: int) -> bool:
        """Whether that event was applied already."""
        return (generation, sequence) <= (self.generation, self.sequence)

    def has_felt(self, generation: int, sequence: int) -> bool:
        """Whether that event's outside effects happened already."""
        return (generation, sequence) <= (self.reached_generation, self.reached_sequence)


@dataclass(frozen=True, kw_only=True)
class Position(Entity):
    """The offset that the group reads next from one partition."""

    offset: int


@dataclass(frozen=True, kw_only=True)
class Parked(Entity):
    """A record that could not be applied, byte for byte, or one that waits behind such a record."""

    line: str
    group: str
    topic: str
    partition: int
    offset: int
    next_offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    written_at: datetime
    problem: str | None
    cause: Cause
    reason: str
    parked_at: datetime
    dropped_at: datetime | None = None
    dropped_by: str | None = None

    def raw(self) -> RawRecord:
        """The record as it lay in the log."""
        return RawRecord(
            partition=Partition(self.topic, self.partition),
            offset=self.offset,
            next_offset=self.next_offset,
            key=self.key,
            value=self.value,
            headers=self.headers,
            written_at=self.written_at,
            problem=self.problem,
        )


LEASES = Documents(LeaseRow, "leases")
WATERMARKS = Documents(
    Watermark,
    "watermarks",
    # Whatever is releasing is parked, so this one index finds both; every event of a new key pays for each.
    (index("parked", where={"parked": {"$gt": 0}}),),
)
POSITIONS = Documents(Position, "positions")
PARKED = Documents(
    Parked, "parked", (index("line", "partition", "offset"), index("cause", "parked_at"), index("topic"))
)

WORKER_DOCUMENTS = (LEASES, WATERMARKS, POSITIONS, PARKED)


def line_of(group: str, raw: RawRecord) -> str:
    """The id of the watermark that a record counts in; a record without a key is a line of its own."""
    return f"{group}|{raw.partition.topic}|{key_of(raw)}"


def key_of(raw: RawRecord) -> str:
    """The key as text, or `#partition@offset` for what has none."""
    if raw.key is None:
        return f"#{raw.partition.number}@{raw.offset}"
    return raw.key.decode(errors="backslashreplace")


def position_of(group: str, partition: Partition) -> str:
    """The id of a partition's position."""
    return f"{group}|{partition.topic}|{partition.number}"


def parked_id(group: str, raw: RawRecord) -> str:
    """The id of a record's place among the parked: one record is parked once."""
    return f"{group}|{raw.partition.topic}|{raw.partition.number}|{raw.offset}"
