"""Read people.csv by the published reading rules, straight into the attributes that the rules and scores speak of."""

import csv
import re
import unicodedata
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.check.violations import CannotCheck

REQUIRED = ("person_id", "role", "time_zone")
OPTIONAL = (
    "department",
    "site",
    "level",
    "manager_id",
    "remote",
    "languages",
    "skills_offered",
    "skills_wanted",
    "goals",
    "helps_with",
    "availability",
    "capacity",
    "wishes",
    "wishes_as_mentor",
    "avoid",
    "opted_out",
)
ROLES = ("mentor", "mentee", "both")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MENTEE_WISHES = 5
MENTOR_WISHES = 10

WHOLE = re.compile(r"-?[0-9]+")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
INTERVAL = re.compile(r"([A-Z][a-z]{2})\s+([0-9]{2}):(00|30)\s*-\s*([0-9]{2}):(00|30)")


class BadRow(Exception):
    """A cell that leaves its whole row out."""


@dataclass(frozen=True)
class Person:
    """One accepted person, each attribute in the words of people.csv."""

    person_id: str
    role: str
    time_zone: str
    attributes: Mapping[str, str]
    level: int | None
    remote: bool
    languages: frozenset[str]
    skills_offered: Mapping[str, int]
    skills_wanted: frozenset[str]
    goals: frozenset[str]
    helps_with: frozenset[str]
    half_hours: frozenset[int]
    capacity: int | None
    ranks_as_mentee: Mapping[str, int]
    ranks_as_mentor: Mapping[str, int]
    avoid: frozenset[str]
    opted_out: bool

    @property
    def may_mentor(self) -> bool:
        return self.role in ("mentor", "both")

    @property
    def may_be_mentored(self) -> bool:
        return self.role in ("mentee", "both")


@dataclass(frozen=True)
class People:
    """The accepted people by id, and the manager of every readable row, people who were left out included."""

    accepted: Mapping[str, Person]
    managers: Mapping[str, str]
    left_out: Mapping[str, str]


def read_people(path: Path, attributes: tuple[str, ...]) -> People:
    """The people of `path`. Raises CannotCheck for a file that is refused whatever its rows say."""
    rows = dict[str, dict[str, str]]()
    left_out = dict[str, str]()
    for row in records(path, attributes):
        person_id = row["person_id"]
        if person_id and person_id not in rows:
            rows[person_id] = row
    managers = {person_id: row["manager_id"] for person_id, row in rows.items() if row["manager_id"]}
    looping = rows_in_cycles(managers)
    accepted = dict[str, Person]()
    for person_id, row in rows.items():
        if person_id in looping:
            left_out[person_id] = "is in a cycle of managers"
            continue
        try:
            accepted[person_id] = person_of(row, attributes)
        except BadRow as reason:
            left_out[person_id] = str(reason)
    return People(accepted, managers, left_out)


def records(path: Path, attributes: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Each readable record as trimmed cells by column, an absent optional column being empty."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip() for name in next(reader, [])]
            refuse_bad_header(path, header, attributes)
            empty = dict.fromkeys((*REQUIRED, *OPTIONAL, *attributes), "")
            for cells in reader:
                if len(cells) == len(header):
                    yield empty | {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CannotCheck(f"{path}: cannot be read as UTF-8 CSV: {error}") from error


def refuse_bad_header(path: Path, header: list[str], attributes: tuple[str, ...]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in (*REQUIRED, *OPTIONAL, *attributes)]
    repeated = sorted({name for name in header if header.count(name) > 1})
    for what, names in (("missing", missing), ("unknown", unknown), ("repeated", repeated)):
        if names:
            raise CannotCheck(f"{path}: {what} column: {', '.join(names)}")


def rows_in_cycles(managers: Mapping[str, str]) -> set[str]:
    looping = set[str]()
    settled = set[str]()
    for start in managers:
        trail = list[str]()
        here: str | None = start
        while here is not None and here not in settled and here not in trail:
            trail.append(here)
            here = managers.get(here)
        if here is not None and here in trail:
            looping.update(trail[trail.index(here) :])
        settled.update(trail)
    return looping


def person_of(row: Mapping[str, str], attributes: tuple[str, ...]) -> Person:
    role = one_of(row, "role", ROLES)
    level = whole(row, "level")
    as_mentee, as_mentor = wishes_of(row, role)
    return Person(
        person_id=row["person_id"],
        role=role,
        time_zone=one_of(row, "time_zone", KNOWN_ZONES),
        attributes={
            "department": row["department"],
            "site": row["site"],
            "level": "" if level is None else str(level),
            "remote": "yes" if yes(row, "remote") else "no",
            "time_zone": row["time_zone"],
            **{name: row[name] for name in attributes},
        },
        level=level,
        remote=yes(row, "remote"),
        languages=languages_of(row),
        skills_offered=skills_offered_of(row),
        skills_wanted=names(row, "skills_wanted"),
        goals=names(row, "goals"),
        helps_with=names(row, "helps_with"),
        half_hours=half_hours_of(row["availability"]),
        capacity=None if role == "mentee" else capacity_of(row),
        ranks_as_mentee=as_mentee,
        ranks_as_mentor=as_mentor,
        avoid=frozenset(items(row["avoid"])),
        opted_out=yes(row, "opted_out"),
    )


KNOWN_ZONES = frozenset(zoneinfo.available_timezones())


def items(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(";") if item.strip()]


def folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def names(row: Mapping[str, str], column: str) -> frozenset[str]:
    return frozenset(folded(name) for name in items(row[column]))


def one_of(row: Mapping[str, str], column: str, values: tuple[str, ...] | frozenset[str]) -> str:
    if row[column] not in values:
        raise BadRow(f"{column} is {row[column]!r}")
    return row[column]


def yes(row: Mapping[str, str], column: str) -> bool:
    return one_of(row, column, ("yes", "no", "")) == "yes"


def whole(row: Mapping[str, str], column: str) -> int | None:
    if not row[column]:
        return None
    if not WHOLE.fullmatch(row[column]):
        raise BadRow(f"{column} is {row[column]!r}, not a whole number")
    return int(row[column])


def capacity_of(row: Mapping[str, str]) -> int | None:
    """What the person wrote, None where nothing: a mentor without a word takes one, a group's mentor a whole group."""
    seats = whole(row, "capacity")
    if seats is not None and seats < 0:
        raise BadRow(f"capacity is {seats}")
    return seats


def languages_of(row: Mapping[str, str]) -> frozenset[str]:
    tags = items(row["languages"])
    for tag in tags:
        if not LANGUAGE.fullmatch(tag):
            raise BadRow(f"languages has {tag!r}")
    return frozenset(tag.split("-")[0].lower() for tag in tags)


def skills_offered_of(row: Mapping[str, str]) -> dict[str, int]:
    offered = dict[str, int]()
    for item in items(row["skills_offered"]):
        name, colon, level = item.rpartition(":")
        skill = folded(name.strip())
        if not colon or not skill or level.strip() not in ("1", "2", "3", "4", "5"):
            raise BadRow(f"skills_offered has {item!r}")
        if skill in offered:
            raise BadRow(f"skills_offered has {name.strip()!r} twice")
        offered[skill] = int(level)
    return offered


def half_hours_of(cell: str) -> frozenset[int]:
    """The local half hours of the week, Monday 00:00 being 0, that the intervals cover."""
    covered = set[int]()
    for item in items(cell):
        parts = INTERVAL.fullmatch(item)
        if not parts or parts[1] not in DAYS:
            raise BadRow(f"availability has {item!r}")
        start = 2 * int(parts[2]) + (parts[3] == "30")
        end = 2 * int(parts[4]) + (parts[5] == "30")
        if not start < end <= 48:
            raise BadRow(f"availability has {item!r}")
        midnight = 48 * DAYS.index(parts[1])
        covered.update(range(midnight + start, midnight + end))
    return frozenset(covered)


def wishes_of(row: Mapping[str, str], role: str) -> tuple[dict[str, int], dict[str, int]]:
    """Ranks by wished person, as mentee and as mentor."""
    wishes, as_mentor = items(row["wishes"]), items(row["wishes_as_mentor"])
    if role == "mentor":
        if wishes and as_mentor:
            raise BadRow("wishes and wishes_as_mentor are both filled")
        wishes, as_mentor = [], wishes or as_mentor
    if role == "mentee" and as_mentor:
        raise BadRow("wishes_as_mentor is filled by a mentee")
    if len(wishes) > MENTEE_WISHES or len(as_mentor) > MENTOR_WISHES:
        raise BadRow("there are too many wishes")
    return ranks(wishes, row["person_id"]), ranks(as_mentor, row["person_id"])


def ranks(wishes: list[str], own: str) -> dict[str, int]:
    by_person = dict[str, int]()
    for rank, person_id in enumerate(wishes, start=1):
        if person_id != own:
            by_person.setdefault(person_id, rank)
    return by_person
