"""A person's weekly free time as 336 half hours of UTC, one bit each, on a ring."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.person import Interval

HALF_HOURS = 336
_RING = (1 << HALF_HOURS) - 1


@lru_cache(maxsize=4096)
def offset_seconds(time_zone: str, as_of: date) -> int:
    """Seconds that the zone is ahead of UTC at 12:00 UTC on `as_of`; raises ZoneInfoNotFoundError."""
    noon = datetime.combine(as_of, time(12), UTC)
    offset = noon.astimezone(ZoneInfo(time_zone)).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


def shifted_week(availability: Iterable[Interval], offset: int) -> int:
    """The half hours of UTC that lie wholly in local free time, bit 0 being Monday 00:00 UTC.

    An offset that is no whole number of half hours (Nepal's 5:45) costs the half hours that are only partly free.
    """
    local = 0
    for interval in availability:
        local |= ((1 << (interval.end - interval.start)) - 1) << (interval.day * 48 + interval.start)
    steps, rest = divmod(offset, 1800)
    week = _rotated(local, steps)
    return week & _rotated(local, steps + 1) if rest else week


def _rotated(week: int, steps: int) -> int:
    steps %= HALF_HOURS
    return ((week >> steps) | (week << (HALF_HOURS - steps))) & _RING
