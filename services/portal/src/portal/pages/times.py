"""Moments and days as the reader's own clock and calendar show them, and back again from what they type."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import dates, units
from flask import Flask, session

from portal.pages.language import _, locale

_NEAR = 183
_DURATION = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?)?")


def register(app: Flask) -> None:
    """Give templates the filters."""
    for show in (moment, day, clock, ago, weekday, tile, how_long):
        app.add_template_filter(show)
    app.context_processor(lambda: {"zone_name": zone_name})


def zone() -> ZoneInfo:
    """The person's time zone; UTC where it is not known."""
    try:
        return ZoneInfo((session.get("person") or {}).get("time_zone") or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def local(value: str | datetime) -> datetime:
    """A moment in the person's zone."""
    parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    return parsed.astimezone(zone())


def moment(value: str | datetime) -> str:
    """Day and time, for example `Mon, 30 Nov 2026, 09:00`."""
    return f"{_day(local(value).date())}, {clock(value)}"


def clock(value: str | datetime) -> str:
    """The time of day."""
    return str(dates.format_time(local(value), "short", locale=locale()))


def day(value: str | date | datetime) -> str:
    """A day: of a moment in the person's zone, or a plain date as it is."""
    if isinstance(value, datetime) or (isinstance(value, str) and len(value) > 10):
        return _day(local(value).date())
    return _day(date.fromisoformat(value) if isinstance(value, str) else value)


def tile(value: str | datetime) -> tuple[str, str, str]:
    """A moment as a leaf of a calendar: month, day of the month, day of the week."""
    then = local(value)
    return (
        str(dates.format_date(then, "MMM", locale=locale())),
        str(then.day),
        str(dates.format_date(then, "EEE", locale=locale())),
    )


def ago(value: str | datetime) -> str:
    """How long ago, or in how long, for example `2 days ago`."""
    delta = local(value) - local(now())
    if abs(delta) < timedelta(minutes=1):
        return _("just now")
    return str(dates.format_timedelta(delta, add_direction=True, locale=locale()))


def how_long(value: timedelta) -> str:
    """How long, in days where it is whole days, else in hours; for example `7 days`."""
    hours = value // timedelta(hours=1)
    of_days = hours % 24 == 0
    return str(units.format_unit(hours // 24 if of_days else hours, "day" if of_days else "hour", locale=locale()))


def duration(text: str) -> timedelta | None:
    """A length as the services write it, such as `P7D` or `PT36H`; None where it is none of days and smaller."""
    found = _DURATION.fullmatch(text)
    if found is None or text in ("P", "PT"):
        return None
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


def weekday(code: str, width: str = "wide") -> str:
    """The name of a day by its code `mon`..`sun`."""
    names = dates.get_day_names(width, locale=locale())  # type: ignore[arg-type]
    return str(names[("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(code)])


def input_moment(value: str | datetime) -> str:
    """A moment as `<input type="datetime-local">` wants it, in the person's zone."""
    return local(value).strftime("%Y-%m-%dT%H:%M")


def typed_moment(text: str) -> datetime | None:
    """What a person typed into a `datetime-local`, meant in their zone; None where it cannot be read.

    An hour that a change of clocks repeats is its first; one that it leaves out is the moment just as far after it.
    """
    try:
        typed = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return typed.astimezone(UTC) if typed.tzinfo else typed.replace(tzinfo=zone()).astimezone(UTC)


def zone_name() -> str:
    """The person's time zone in words, for example `Germany Time (Europe/Berlin)`."""
    held = zone()
    return f"{held.key.replace('_', ' ')}, {dates.get_timezone_gmt(local(now()), locale=locale())}"


def greeting() -> str:
    """A greeting for the person's time of day."""
    hour = local(now()).hour
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")


def _day(value: date) -> str:
    """The year is said only where it is not plain: beyond half a year."""
    near = abs((value - local(now()).date()).days) < _NEAR
    return str(dates.format_skeleton("MMMEd" if near else "yMMMEd", value, locale=locale()))
