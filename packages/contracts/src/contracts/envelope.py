"""What travels around an event: its CloudEvents attributes, and the Kafka record that carries both."""

from dataclasses import dataclass
from datetime import datetime

from contracts.registry import Event


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One event with its CloudEvents attributes.

    `sequence` counts the events of one (topic, key) from 1 without a gap within one `generation`, which the producing
    service raises when it is restored from a backup; readers compare (generation, sequence). `time` is aware, UTC.
    `correlationid` names the whole story, `causationid` the event or command that led to this one, `traceparent` is
    the W3C trace context.
    """

    id: str
    source: str
    type: str
    time: datetime
    key: str
    data: Event
    sequence: int
    generation: int
    correlationid: str
    causationid: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True)
class Record:
    """A Kafka record as bytes, in the CloudEvents binary mode."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
