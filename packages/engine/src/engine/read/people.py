"""Reads people.csv: everybody whose row holds, a remark for everybody else, the reporting lines of all."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

from engine.person import Person
from engine.program.keys import CONTROL
from engine.read import cells
from engine.read.refusals import InputRefused, Remark

MOST_WISHES = {"wishes": 5, "wishes_as_mentor": 10}
PARSE: dict[str, Callable[[str], Any]] = {
    "level": cells.level,
    "remote": cells.yes,
    "languages": cells.languages,
    "skills_offered": cells.skills_offered,
    "skills_wanted": cells.items,
    "goals": cells.items,
    "helps_with": cells.items,
    "availability": cells.availability,
    "avoid": lambda cell: frozenset(cells.items(cell)),
    "opted_out": cells.yes,
    "role": cells.one_of("mentor", "mentee", "both"),
    "time_zone": cells.time_zone,
    "department": str,
    "site": str,
    "manager_id": str,
}


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """What a file holds: accepted `people`, `managers` by id of every readable row, `remarks` in the order of lines."""

    people: tuple[Person, ...]
    managers: dict[str, str]
    remarks: tuple[Remark, ...]
    rows: int

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return sum(remark.kind == "error" for remark in self.remarks)


Record = tuple[int, dict[str, str]]


def read_people(path: Path, attributes: tuple[str, ...] = ()) -> PeopleFile:
    """Read `path`; raises InputRefused where the file or its header cannot be used, OSError where it cannot be read."""
    remarks: list[Remark] = []
    rows: dict[str, Record] = {}
    count = 0
    for line, record in _records(path, attributes, remarks):
        count += 1
        person_id = record["person_id"]
        if not person_id:
            remarks.append(Remark(line, "person_id", "is empty", "write an id that is unique in the file"))
        elif CONTROL.search(person_id):
            words = f"{cells.shown(ascii(person_id)[1:-1])} has a control character"
            remarks.append(Remark(line, "person_id", words, "write letters, digits and signs only"))
        elif person_id in rows:
            words = f"{cells.shown(person_id)} is on line {rows[person_id][0]} already"
            remarks.append(Remark(line, "person_id", words, "give each person one row"))
        else:
            rows[person_id] = (line, record)
    managers = {person: record["manager_id"] for person, (_, record) in rows.items()}
    looping = _in_cycles(managers, rows, remarks)
    people = []
    for person_id, (line, record) in rows.items():
        person = _person(line, record, attributes, remarks)
        if person and person_id not in looping:
            people.append(_known_only(person, line, record, rows, remarks))
    return PeopleFile(tuple(people), managers, tuple(sorted(remarks)), count + sum(r.column == "row" for r in remarks))


def _records(path: Path, attributes: tuple[str, ...], remarks: list[Remark]) -> Iterator[Record]:
    """(line where it starts, cells by column) of each readable record."""
    text = _text(path)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _refuse_bad_header(path, header, attributes)
        blank = dict.fromkeys((*cells.REQUIRED, *cells.OPTIONAL, *attributes), "")
        line = reader.line_num + 1
        for values in reader:
            if values and len(values) != len(header):
                words = f"has {len(values)} cells, the header {len(header)}"
                remarks.append(Remark(line, "row", words, 'quote a cell that holds a comma: "a, b"'))
            elif values:
                yield line, blank | {name: value.strip() for name, value in zip(header, values, strict=True)}
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputRefused(
            [f"{path.name}:{reader.line_num}: row: {error}; close every quote and double those inside"]
        ) from error


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputRefused([f"{path.name}:{line}: row: is not UTF-8; save the file as UTF-8"]) from error


def _refuse_bad_header(path: Path, header: list[str], attributes: tuple[str, ...]) -> None:
    known = (*cells.REQUIRED, *cells.OPTIONAL, *attributes)
    reasons = [(name, "is missing", f"add a column {name}") for name in cells.REQUIRED if name not in header]
    reasons += [
        (name or "an empty name", "is an unknown column", "remove it, or list it under attributes in the program")
        for name in dict.fromkeys(header)
        if name not in known
    ]
    repeated = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    reasons += [(name, "is a repeated column", "keep it once") for name in repeated]
    if reasons:
        raise InputRefused(f"{path.name}:1: {name}: {reason}; {write}" for name, reason, write in reasons)


def _in_cycles(managers: dict[str, str], rows: dict[str, Record], remarks: list[Remark]) -> set[str]:
    """Everybody in a cycle of managers; one error each, at the first of its rows."""
    looping: set[str] = set()
    settled: set[str] = set()
    for start in managers:
        trail: dict[str, None] = {}
        current = start
        while current in managers and current not in settled and current not in trail:
            trail[current] = None
            current = managers[current]
        if current in trail:
            whole = list(trail)
            cycle = whole[whole.index(current) :]
            first = min(range(len(cycle)), key=lambda k: rows[cycle[k]][0])
            cycle = cycle[first:] + cycle[:first]
            words = f"{' > '.join([*cycle, cycle[0]])} is a cycle"
            remarks.append(Remark(rows[cycle[0]][0], "manager_id", words, "name a manager outside it, or nobody"))
            looping.update(cycle)
        settled.update(trail)
    return looping


def _person(line: int, record: dict[str, str], attributes: tuple[str, ...], remarks: list[Remark]) -> Person | None:
    """The person of one record, or None with a remark for each bad cell."""
    values: dict[str, Any] = {}
    parsers = dict(PARSE)
    if record["role"] != "mentee":
        parsers["capacity"] = cells.capacity
    good = True
    for column, parse in parsers.items():
        try:
            values[column] = parse(record[column])
        except cells.BadCell as bad:
            remarks.append(Remark(line, column, bad.reason, bad.write))
            good = False
    try:
        values |= _wishes(record)
    except _BadWishes as bad_wishes:
        remarks.append(Remark(line, bad_wishes.column, bad_wishes.reason, bad_wishes.write))
        good = False
    if not good:
        return None
    return Person(record["person_id"], attributes={name: record[name] for name in attributes}, **values)


class _BadWishes(ValueError):
    def __init__(self, column: str, reason: str, write: str) -> None:
        self.column, self.reason, self.write = column, reason, write
        super().__init__(reason)


def _wishes(record: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Wishes by whose ranking they are; a mentor may use either column."""
    wishes, as_mentor = cells.items(record["wishes"]), cells.items(record["wishes_as_mentor"])
    if record["role"] == "mentor":
        if wishes and as_mentor:
            raise _BadWishes("wishes_as_mentor", "wishes is filled too", "use one of the two columns")
        wishes, as_mentor = (), wishes or as_mentor
    if record["role"] == "mentee" and as_mentor:
        raise _BadWishes("wishes_as_mentor", "a mentee is no mentor", "write the ids into wishes")
    for column, ranked in (("wishes", wishes), ("wishes_as_mentor", as_mentor)):
        if len(ranked) > MOST_WISHES[column]:
            shown = "wishes" if record["wishes"] else column
            raise _BadWishes(shown, f"{len(ranked)} are too many", f"write at most {MOST_WISHES[column]} ids")
    return {"wishes": wishes, "wishes_as_mentor": as_mentor}


def _known_only(
    person: Person, line: int, record: dict[str, str], rows: dict[str, Record], remarks: list[Remark]
) -> Person:
    """The person without ids that mean nothing, each with a notice; a wish that is ignored keeps its rank."""

    def notice(column: str, value: str, why: str, write: str) -> None:
        remarks.append(Remark(line, column, f"{cells.shown(value)} {why}", write, "notice"))

    if person.manager_id and person.manager_id not in rows:
        notice(
            "manager_id", person.manager_id, "is not in the file", "the line ends here; add the manager's row to go on"
        )
    for other in sorted(other for other in person.avoid if other not in rows):
        notice("avoid", other, "is not in the file", "write an id of the file")
    kept: dict[str, tuple[str, ...]] = {}
    for column in ("wishes", "wishes_as_mentor"):
        ranked: list[str] = []
        shown = "wishes" if record["wishes"] and not record["wishes_as_mentor"] else column
        for wish in getattr(person, column):
            if wish not in rows:
                notice(shown, wish, "is not in the file", "write an id of the file")
            elif wish == person.person_id:
                notice(shown, wish, "is the person's own id", "wish for somebody else")
            elif wish in ranked:
                notice(shown, wish, "is repeated", "wish for each person once")
            else:
                ranked.append(wish)
                continue
            ranked.append("")
        kept[column] = tuple(ranked)
    avoid = frozenset(other for other in person.avoid if other in rows)
    return replace(person, avoid=avoid, wishes=kept["wishes"], wishes_as_mentor=kept["wishes_as_mentor"])
