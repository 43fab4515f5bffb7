"""A week as a grid: half hours chosen in cells, and the intervals that the services keep."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TUESDAY_TO_FRIDAY = DAYS[1:5]
HALVES = 48
# A working day stands open; what is before and after unfolds.
OPENS, CLOSES = 16, 38

Half = tuple[str, int]


@dataclass(frozen=True)
class Row:
    """One row of the grid: the half hour it begins with, and its times."""

    half: int
    start: str
    end: str


def halves(availability: Iterable[Mapping[str, Any]]) -> set[Half]:
    """The half hours that intervals cover, as (day, number since midnight)."""
    return {(one["day"], half) for one in availability for half in range(_number(one["start"]), _number(one["end"]))}


def intervals(chosen: set[Half]) -> list[dict[str, str]]:
    """The fewest intervals that cover just these half hours, in the week's order."""
    found = []
    for day in DAYS:
        for half in range(HALVES):
            if (day, half) in chosen and (day, half - 1) not in chosen:
                end = next(after for after in range(half + 1, HALVES + 1) if (day, after) not in chosen)
                found.append({"day": day, "start": clock(half), "end": clock(end)})
    return found


def chosen(cells: Iterable[str], step: int) -> set[Half]:
    """The half hours of cells such as `mon-18`, each of `step` half hours; what is no cell is left out."""
    found: set[Half] = set()
    for cell in cells:
        day, _, number = cell.partition("-")
        if day in DAYS and number.isascii() and number.isdigit() and len(number) < 3 and int(number) + step <= HALVES:
            found |= {(day, int(number) + further) for further in range(step)}
    return found


def copied(held: set[Half], days: Sequence[str]) -> set[Half]:
    """With Monday's half hours on these days too, instead of theirs."""
    monday = [half for day, half in held if day == "mon"]
    return {one for one in held if one[0] not in days} | {(day, half) for day in days for half in monday}


def step(held: set[Half]) -> int:
    """How many half hours a cell has to be that shows these: 2 where all begin and end on full hours, else 1."""
    return 2 if all((day, half ^ 1) in held for day, half in held) else 1


def rows(step: int) -> tuple[list[Row], list[Row]]:
    """The rows of a working day, and those before and after it."""
    every = [Row(half, clock(half), clock(half + step)) for half in range(0, HALVES, step)]
    return [row for row in every if OPENS <= row.half < CLOSES], [
        row for row in every if not OPENS <= row.half < CLOSES
    ]


def clock(half: int) -> str:
    """A number of half hours since midnight as a time."""
    return f"{half // 2:02d}:{half % 2 * 30:02d}"


def _number(time: str) -> int:
    hours, _, minutes = time.partition(":")
    return int(hours) * 2 + int(minutes) // 30
