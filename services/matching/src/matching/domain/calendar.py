"""Days and durations as programs count them: days end at midnight in the program's time zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAYS = {"D": 1, "W": 7}


def duration(text: str) -> timedelta:
    """`P7D` or `P2W` as a timedelta; the text was validated where it came in."""
    return timedelta(days=int(text[1:-1]) * _DAYS[text[-1]])


def start_of(day: date, zone: str) -> datetime:
    """The first moment of `day` in `zone`, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """The moment at which `day` is over in `zone`, in UTC."""
    return start_of(day + timedelta(days=1), zone)


@lru_cache(maxsize=4096)
def is_zone(name: str) -> bool:
    """Whether this machine knows the time zone; another that wrote it may know more of them."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def today(now: datetime, zone: str) -> date:
    """The day that it is in `zone`."""
    return now.astimezone(ZoneInfo(zone)).date()
