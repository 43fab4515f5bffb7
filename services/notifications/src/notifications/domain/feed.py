"""The event feed: public facts, stored as they come and numbered afterwards, so that no reader can miss a late one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contracts import Envelope, dump_data
from servicekit.entity import Entity

HEAD = "head"


@dataclass(frozen=True, kw_only=True)
class FeedRow(Entity):
    """One public event; the id is the event's. `position` is None until the sequencer numbers it."""

    position: int | None = None
    type: str
    source: str
    topic: str
    key: str
    time: datetime
    sequence: int
    generation: int
    correlationid: str
    causationid: str | None
    traceparent: str | None
    program_id: str | None
    data: dict[str, Any]

    @property
    def subject(self) -> str:
        """The id of what the event is about, which is also what orders it."""
        return self.key


@dataclass(frozen=True, kw_only=True)
class FeedHead(Entity):
    """How far the feed is numbered; there is one."""

    position: int = 0


def unnumbered(envelope: Envelope) -> FeedRow:
    """The row of a public event."""
    data = dump_data(envelope.data)
    program = data.get("program_id")
    return FeedRow(
        id=envelope.id,
        type=envelope.type,
        source=envelope.source,
        topic=envelope.data.contract.topic,
        key=envelope.key,
        time=envelope.time,
        sequence=envelope.sequence,
        generation=envelope.generation,
        correlationid=envelope.correlationid,
        causationid=envelope.causationid,
        traceparent=envelope.traceparent,
        program_id=program if isinstance(program, str) else None,
        data=data,
    )


def numbered(rows: Sequence[FeedRow], head: FeedHead) -> tuple[list[FeedRow], FeedHead]:
    """The rows with the next positions: by time, but never one event of a key before an earlier one of that key."""
    stamped = [
        replace(row, position=head.position + offset) for offset, row in enumerate(_in_story_order(rows), start=1)
    ]
    return stamped, replace(head, position=head.position + len(stamped))


def _in_story_order(rows: Sequence[FeedRow]) -> list[FeedRow]:
    by_key: dict[tuple[str, str], list[FeedRow]] = {}
    for row in sorted(rows, key=lambda row: (row.generation, row.sequence)):
        by_key.setdefault((row.topic, row.key), []).append(row)
    lines = {line: iter(of_key) for line, of_key in by_key.items()}
    # Each place in time goes to its key's next event: two clocks may disagree, sequences do not.
    return [next(lines[row.topic, row.key]) for row in sorted(rows, key=lambda row: (row.time, row.id))]
