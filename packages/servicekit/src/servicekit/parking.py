"""What an operator does with parked events: see them, release them in order, or drop one and let its key go on.

Pure functions over a service's store, so the command line needs only the database: the service's own worker applies
what was released, through its own handlers.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from servicekit.clock import Clock
from servicekit.ledger import Parked, Watermark
from servicekit.refusals import NotFound
from servicekit.store import Store, Unit


@dataclass(frozen=True, kw_only=True)
class ParkedLine:
    """One key of one topic with parked events; `cause` and `reason` are those of the first, which holds the others.

    `id` names the line to `release` and `drop`; `events` counts all that wait; `releasing` says that the worker was
    told to try again and has not finished.
    """

    id: str
    topic: str
    key: str
    events: int
    releasing: bool
    partition: int
    offset: int
    cause: str
    reason: str
    parked_at: datetime


def listing(store: Store[Any]) -> list[ParkedLine]:
    """Every line with parked events, by topic and key."""
    return store.reading(lambda unit: [_line(unit, mark) for mark in unit.find(Watermark, {"parked": {"$gt": 0}})])


def events_of(store: Store[Any], line: str) -> list[Parked]:
    """The parked events of one line in their order, bytes and all."""
    return store.reading(lambda unit: _waiting(unit, line))


def release(store: Store[Any], lines: Iterable[str] | None = None) -> list[str]:
    """Have the worker apply the lines' events in order (None: of every line); returns the lines' ids.

    Raises:
        NotFound: a line has no parked events.
    """
    named = None if lines is None else list(lines)

    def work(unit: Unit) -> list[str]:
        marks = unit.find(Watermark, {"parked": {"$gt": 0}}) if named is None else [_parked(unit, id) for id in named]
        for mark in marks:
            if not mark.releasing:
                unit.save(replace(mark, releasing=True))
        return [mark.id for mark in marks]

    return store.atomically(work)


def drop(store: Store[Any], clock: Clock, line: str, who: str, *, whole_line: bool = False) -> list[Parked]:
    """Give up a line's first event and let the others go on; with `whole_line` give up all of them.

    What was dropped stays in the collection with time and name, and is never applied.

    Raises:
        NotFound: the line has no parked events.
    """

    def work(unit: Unit) -> list[Parked]:
        mark = _parked(unit, line)
        waiting = _waiting(unit, line)
        given_up = waiting if whole_line else waiting[:1]
        dropped = [unit.save(replace(row, dropped_at=clock.now(), dropped_by=who)) for row in given_up]
        left = len(waiting) - len(dropped)
        unit.save(replace(mark, parked=left, releasing=left > 0))
        return dropped

    return store.atomically(work)


def unfinished(store: Store[Any], lines: Sequence[str]) -> list[ParkedLine]:
    """Of released lines, those that still hold events: `releasing` ones are under way, the others failed again."""

    def work(unit: Unit) -> list[ParkedLine]:
        marks = [unit.get(Watermark, id) for id in lines]
        return [_line(unit, mark) for mark in marks if mark is not None and mark.parked]

    return store.reading(work)


def wait_until_applied(
    store: Store[Any],
    lines: Sequence[str],
    within: float = 30.0,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> list[ParkedLine]:
    """Wait for the worker; the lines that are not empty when it is done, or when `within` seconds have passed."""
    deadline = monotonic() + within
    while True:
        left = unfinished(store, lines)
        if not any(line.releasing for line in left) or monotonic() > deadline:
            return left
        sleep(0.2)


def _parked(unit: Unit, line: str) -> Watermark:
    mark = unit.get(Watermark, line)
    if mark is None or not mark.parked:
        raise NotFound(f"Nothing is parked in {line}. `mentormesh events parked` lists what is.")
    return mark


def _waiting(unit: Unit, line: str) -> list[Parked]:
    return unit.find(Parked, {"line": line, "dropped_at": None}, order=(("partition", 1), ("offset", 1)))


def _line(unit: Unit, mark: Watermark) -> ParkedLine:
    first = _waiting(unit, mark.id)[0]
    return ParkedLine(
        id=mark.id,
        topic=mark.topic,
        key=mark.key,
        events=mark.parked,
        releasing=mark.releasing,
        partition=first.partition,
        offset=first.offset,
        cause=first.cause,
        reason=first.reason,
        parked_at=first.parked_at,
    )
