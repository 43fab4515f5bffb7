"""Where entities are kept, with which indexes; and two that every service has: outbox rows and stored replies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from servicekit.entity import Entity


@dataclass(frozen=True, kw_only=True)
class Index:
    """One index: `fields` as (name, 1 | -1); `where` makes it partial; `expire_after` seconds makes it a TTL."""

    fields: tuple[tuple[str, int], ...]
    unique: bool = False
    where: Mapping[str, Any] | None = None
    expire_after: int | None = None


def index(*names: str, unique: bool = False, where: Mapping[str, Any] | None = None) -> Index:
    """An ascending index over `names`; `-name` is descending."""
    fields = tuple((name.lstrip("-"), -1 if name.startswith("-") else 1) for name in names)
    return Index(fields=fields, unique=unique, where=where)


@dataclass(frozen=True)
class Documents:
    """Where entities of one class are kept."""

    kind: type[Entity]
    collection: str
    indexes: tuple[Index, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OutboxRow(Entity):
    """An event that is true and not yet, or already, on its topic. The id is the event's id."""

    topic: str
    key: str
    sequence: int
    generation: int
    type: str
    time: datetime
    data: dict[str, Any]
    correlationid: str
    causationid: str | None = None
    traceparent: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What was answered: enough to answer the same again."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StoredReply(Entity):
    """The reply to one idempotency key; the id is the key's scope, `fingerprint` the request's hash."""

    fingerprint: str
    reply: Reply
    expires_at: datetime


OUTBOX = Documents(
    OutboxRow,
    "outbox",
    (
        index("topic", "key", "sequence", unique=True),
        # The relay looks at unsent rows only, so this index stays as small as the backlog.
        index("time", where={"sent_at": None}),
    ),
)
REPLIES = Documents(StoredReply, "replies", (Index(fields=(("expires_at", 1),), expire_after=0),))
