"""A record on its way in: decoded once, outside any transaction, or found to be poison."""

from dataclasses import dataclass

from contracts import Envelope, Unreadable, WrongSchema, decode
from servicekit.ledger import Cause
from servicekit.log import RawRecord


@dataclass(frozen=True)
class Poison:
    """Why a record cannot be applied."""

    cause: Cause
    reason: str


@dataclass(frozen=True)
class Incoming:
    """A record with the envelope in it, or with what is wrong with it."""

    raw: RawRecord
    envelope: Envelope | None
    poison: Poison | None

    @property
    def topic(self) -> str:
        return self.raw.partition.topic


def incoming(raw: RawRecord) -> Incoming:
    """Decode a record; what is wrong with it becomes data, since it must be parked and never raised past."""
    if raw.problem is not None:
        return Incoming(raw, None, Poison("unopened", raw.problem))
    try:
        return Incoming(raw, decode(raw.record()), None)
    except WrongSchema as problem:
        return Incoming(raw, None, Poison("wrong_schema", str(problem)))
    except Unreadable as problem:
        return Incoming(raw, None, Poison("unreadable", str(problem)))
