"""Released lines: what was parked is tried again in its order, through the same handlers."""

from dataclasses import replace
from typing import Any

import structlog

from servicekit.consumer.applying import Applying
from servicekit.consumer.incoming import Incoming, incoming
from servicekit.ledger import Parked, Watermark, line_of
from servicekit.log import Log
from servicekit.refusals import Refusal
from servicekit.store import Store, Unit

BATCH = 50

log = structlog.get_logger()


def release_next(store: Store[Any], applying: Applying, events: Log) -> bool:
    """Apply the first waiting event of one released line; whether there may be more to do.

    An event that fails again stays where it is, with the new reason, and its line waits for the operator once more.
    """
    line, row = store.reading(lambda unit: _first(unit, applying.group))
    if line is None:
        return False
    if row is None:
        store.atomically(lambda unit: _settle(unit, line.id))
        return True
    try:
        records = _records(row, events)
        store.atomically(lambda unit: _apply(unit, applying, row, records))
    except Refusal as refusal:
        if refusal.status == 503:
            raise
        _hold(store, row, refusal)
    except Exception as failure:  # noqa: BLE001  # a handler's bug can be any exception; it is kept as the reason
        _hold(store, row, failure)
    return True


def _first(unit: Unit, group: str) -> tuple[Watermark | None, Parked | None]:
    line = unit.first(Watermark, {"parked": {"$gt": 0}, "releasing": True, "group": group})
    if line is None:
        return None, None
    waiting = {"line": line.id, "dropped_at": None}
    return line, unit.first(Parked, waiting, order=(("partition", 1), ("offset", 1)))


def _records(row: Parked, events: Log) -> list[Incoming]:
    """The parked record, or the records of a batch that could not be opened when it came.

    Raises:
        ValueError: it is still poison.
    """
    raws = [row.raw()] if row.problem is None else list(events.open_batch(row.raw()))
    records = [incoming(raw) for raw in raws]
    if row.problem is None and records[0].poison is not None:
        raise ValueError(records[0].poison.reason)
    return records


def _apply(unit: Unit, applying: Applying, row: Parked, records: list[Incoming]) -> None:
    mark = unit.require(Watermark, row.line)
    kept = unit.require(Parked, row.id)
    unit.remove(kept)
    left = mark.parked - 1
    mark = unit.save(replace(mark, parked=left, releasing=left > 0))
    if row.problem is not None:
        _apply_opened(unit, applying, records)
        return
    envelope = records[0].envelope
    # An operator who releases a line has looked at it: a hole before its first event does not hold it back again.
    if envelope is not None and not mark.knows(envelope.generation, envelope.sequence):
        applying.handle(unit, mark, row.topic, envelope)


def _apply_opened(unit: Unit, applying: Applying, records: list[Incoming]) -> None:
    """Each record of an opened batch at its place: where later events of its key are parked already, they follow."""
    for record in records:
        applying.apply(unit, record)
        mark = unit.get(Watermark, line_of(applying.group, record.raw))
        if mark is not None and mark.parked and not mark.releasing and record.poison is None:
            unit.save(replace(mark, releasing=True))


def _hold(store: Store[Any], row: Parked, failure: Exception) -> None:
    reason = f"{type(failure).__name__}: {failure}"[:1000]
    log.error("release-failed", topic=row.topic, partition=row.partition, offset=row.offset, exc_info=failure)

    def work(unit: Unit) -> None:
        kept = unit.get(Parked, row.id)
        if kept is not None:
            unit.save(replace(kept, reason=reason))
        _stop(unit, row.line)

    store.atomically(work)


def _settle(unit: Unit, line: str) -> None:
    """A released line in which nothing waits."""
    mark = unit.get(Watermark, line)
    if mark is not None and mark.releasing:
        unit.save(replace(mark, releasing=False, parked=0))


def _stop(unit: Unit, line: str) -> None:
    mark = unit.get(Watermark, line)
    if mark is not None:
        unit.save(replace(mark, releasing=False))
