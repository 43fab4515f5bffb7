"""The time, as a thing that can be handed in."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """The present, in UTC, to the millisecond (what a document can hold)."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return to_millisecond(datetime.now(UTC))


def to_millisecond(moment: datetime) -> datetime:
    """Cut what MongoDB would cut, so that a value reads back as it was written."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
