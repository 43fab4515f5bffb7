"""The cells of people.csv one by one: each turns into its value or says what to write instead."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeVar
from zoneinfo import available_timezones

from engine.person import DAYS, Interval, fold

T = TypeVar("T")

REQUIRED = ("person_id", "role", "time_zone")
OPTIONAL = (
    *("department", "site", "level", "manager_id", "remote", "languages"),
    *("skills_offered", "skills_wanted", "goals", "helps_with", "availability"),
    *("capacity", "wishes", "wishes_as_mentor", "avoid", "opted_out"),
)
LARGEST = 1_000_000
WHOLE = re.compile(r"-?[0-9]{1,18}")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
INTERVAL = re.compile(r"([A-Z][a-z]{2})\s+([0-9]{2}:(?:00|30))\s*-\s*([0-9]{2}:(?:00|30))")
SKILL_LEVELS = ("1", "2", "3", "4", "5")


class BadCell(ValueError):
    """A cell that leaves its row out: the reason, and what to write instead."""

    def __init__(self, reason: str, write: str) -> None:
        self.reason, self.write = reason, write
        super().__init__(f"{reason}; {write}")


def items(cell: str) -> tuple[str, ...]:
    """The parts of a list, trimmed, empty ones left out."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def one_of(*words: str) -> Callable[[str], str]:
    """A cell that is one of `words`."""

    def check(cell: str) -> str:
        if cell not in words:
            raise BadCell(f"{shown(cell)} is unknown", f"write {', '.join(words[:-1])} or {words[-1]}")
        return cell

    return check


def yes(cell: str) -> bool:
    """`yes`, `no`, or empty for no."""
    return one_of("yes", "no")(cell or "no") == "yes"


def level(cell: str) -> int | None:
    """A whole number, or empty for unknown."""
    if not cell:
        return None
    if not WHOLE.fullmatch(cell) or abs(int(cell)) > LARGEST:
        raise BadCell(f"{shown(cell)} is not a whole number", "write a whole number such as 4, or leave it empty")
    return int(cell)


def capacity(cell: str) -> int | None:
    """Mentees a mentor takes, or empty."""
    if not cell:
        return None
    if not WHOLE.fullmatch(cell) or not 0 <= int(cell) <= LARGEST:
        raise BadCell(f"{shown(cell)} is not a number of mentees", "write 0, 1, 2, ..., or leave it empty")
    return int(cell)


def time_zone(cell: str) -> str:
    """An IANA name."""
    if not cell:
        raise BadCell("is empty", "write an IANA name such as Europe/Berlin")
    if cell not in _zones():
        raise BadCell(f"{shown(cell)} is no IANA time zone", "write a name such as Europe/Berlin")
    return cell


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def languages(cell: str) -> tuple[str, ...]:
    """BCP 47 tags."""
    for tag in items(cell):
        if not LANGUAGE.fullmatch(tag):
            raise BadCell(f"{shown(tag)} is no language tag", "write tags such as en; pt-BR")
    return items(cell)


def skills_offered(cell: str) -> Mapping[str, int]:
    """`skill:1..5`, the level after the last colon."""
    offered: dict[str, int] = {}
    seen: set[str] = set()
    for item in items(cell):
        name, colon, grade = (part.strip() for part in item.rpartition(":"))
        if not colon or not name or grade not in SKILL_LEVELS:
            raise BadCell(f"{shown(item)} has no level from 1 to 5", f"write {name or item}:3")
        if fold(name) in seen:
            raise BadCell(f"{shown(name)} is listed twice", "write it once, with one level")
        seen.add(fold(name))
        offered[name] = int(grade)
    return offered


def availability(cell: str) -> tuple[Interval, ...]:
    """`Mon 09:00-12:00; Thu 22:00-24:00`, local times on half hours."""
    found = []
    for item in items(cell):
        parts = INTERVAL.fullmatch(item)
        if not parts or parts[1].lower() not in DAYS:
            raise BadCell(f"{shown(item)} is no interval on half hours", "write Mon 09:00-12:00")
        try:
            found.append(Interval.at(parts[1], parts[2], parts[3]))
        except ValueError:
            raise BadCell(
                f"{shown(item)} does not end after it starts on the same day",
                "write Mon 09:00-12:00, 24:00 at the latest",
            ) from None
    return tuple(found)


def shown(text: str) -> str:
    """A cell as it is quoted in a message, cut where it is long."""
    return f'"{text if len(text) <= 40 else text[:37] + "..."}"'
