"""A person as the match sees one: facts, wishes and free hours, compared as MATCHING section 1 says."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Role = Literal["mentor", "mentee", "both"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FACTS = ("department", "level", "site", "remote", "time_zone")


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Free time on one local weekday: `day` 0 (Monday) to 6, half hours `start` < `end`, 0 to 48."""

    day: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.day <= 6:
            raise ValueError(f"day {self.day} is not 0 (Monday) to 6 (Sunday)")
        if not 0 <= self.start < self.end <= 48:
            raise ValueError(f"half hours {self.start} to {self.end}: write a start before its end, within 0 to 48")

    @classmethod
    def at(cls, day: str, start: str, end: str) -> "Interval":
        """From words, as in `Interval.at("Mon", "09:00", "12:00")`; raises ValueError that says what to write."""
        name = day.strip().lower()
        if name not in DAYS:
            raise ValueError(f"day {day!r} is unknown; write one of {', '.join(d.title() for d in DAYS)}")
        return cls(DAYS.index(name), _half_hours(start), _half_hours(end))


def _half_hours(clock: str) -> int:
    hours, colon, minutes = clock.strip().partition(":")
    if not (colon and hours.isascii() and hours.isdigit() and len(hours) == 2 and minutes in ("00", "30")):
        raise ValueError(f"time {clock!r} is not on a half hour; write 09:00 or 09:30")
    count = int(hours) * 2 + (minutes == "30")
    if count > 48:
        raise ValueError(f"time {clock!r} is past 24:00")
    return count


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be matched; empty text, None or an empty collection mean "not known".

    `capacity` is the mentees this mentor will take (None: one, or a whole group); `wishes` ranks mentors and
    `wishes_as_mentor` ranks mentees (an empty text keeps the rank of a wish that is ignored); `attributes` holds the
    program's own columns.
    """

    person_id: str
    role: Role
    time_zone: str
    department: str = ""
    level: int | None = None
    site: str = ""
    remote: bool = False
    manager_id: str = ""
    languages: tuple[str, ...] = ()
    skills_offered: Mapping[str, int] = field(default_factory=dict)
    skills_wanted: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    helps_with: tuple[str, ...] = ()
    availability: tuple[Interval, ...] = ()
    capacity: int | None = None
    wishes: tuple[str, ...] = ()
    wishes_as_mentor: tuple[str, ...] = ()
    avoid: frozenset[str] = frozenset()
    opted_out: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def mentors(self) -> bool:
        """Whether the role lets this person be a mentor."""
        return self.role != "mentee"

    @property
    def is_mentored(self) -> bool:
        """Whether the role lets this person be a mentee."""
        return self.role != "mentor"

    def fact(self, name: str) -> str:
        """The text by which people are compared on `name`; empty where it is missing."""
        match name:
            case "department":
                return self.department
            case "level":
                return "" if self.level is None else str(self.level)
            case "site":
                return self.site
            case "remote":
                return "yes" if self.remote else "no"
            case "time_zone":
                return self.time_zone
            case _:
                return self.attributes.get(name, "")


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """A skill's or a theme's name as it is compared: NFC, then case folded."""
    return unicodedata.normalize("NFC", name.strip()).casefold()


def primary_subtag(language: str) -> str:
    """The part of a BCP 47 tag by which two people share a language."""
    return language.strip().partition("-")[0].lower()
