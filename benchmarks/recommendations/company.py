"""A seeded company in the form in which matching keeps people: 25,000 mentors, some mentees, one open program."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from pymongo.database import Database

from contracts.profiles import SkillOffered, WeeklySlot
from matching import repository
from matching.domain.enrolment import Enrolment
from matching.domain.person import Person, Profile, Word
from matching.domain.program import Program
from matching.domain.seats import Place, Seats
from servicekit.entity import Entity
from servicekit.store import Catalogue

PROGRAM = "prg_bench"
SKILLS = [f"skl_{number:03d}" for number in range(300)]
THEMES = [f"thm_{number:02d}" for number in range(40)]
SITES = [f"site {number}" for number in range(40)]
DEPARTMENTS = [f"department {number}" for number in range(20)]
ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata", "America/Chicago", "Asia/Singapore")
LANGUAGES = ("en", "de", "fr", "es", "pt")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_AT_ONCE = 2000


def fill(database: Database[dict[str, Any]], mentors: int, mentees: int) -> list[str]:
    """Write the company; the ids of its mentees."""
    catalogue = Catalogue(repository.DOCUMENTS)
    _write(database, catalogue, [_program()])
    _write(database, catalogue, [Word(id=id, name=id, changed_at=LONG_AGO) for id in (*SKILLS, *THEMES)])
    draw = random.Random(1)
    people = [(f"prs_m{number:06d}", "mentor") for number in range(mentors)]
    people += [(f"prs_n{number:06d}", "mentee") for number in range(mentees)]
    for start in range(0, len(people), _AT_ONCE):
        rows = [row for id, role in people[start : start + _AT_ONCE] for row in _somebody(draw, id, role)]
        _write(database, catalogue, rows)
    return [id for id, role in people if role == "mentee"]


def _write(database: Database[dict[str, Any]], catalogue: Catalogue, rows: Sequence[Entity]) -> None:
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_kind.setdefault(catalogue.collection(type(row)), []).append(catalogue.document(row) | {"version": 1})
    for collection, documents in by_kind.items():
        database[collection].insert_many(documents, ordered=False)


def _program() -> Program:
    return Program(
        id=PROGRAM,
        name="Bench",
        starts_on=date(2027, 1, 1),
        ends_on=date(2099, 12, 31),
        managers=("prs_cara",),
        state="running",
        created_at=LONG_AGO,
    )


def _somebody(draw: random.Random, id: str, role: Any) -> Iterator[Entity]:
    day: Any = draw.choice(("mon", "tue", "wed", "thu"))
    week = (WeeklySlot(day=day, start="09:00", end="12:00"), WeeklySlot(day="fri", start="14:00", end="16:00"))
    place = Place(program_id=PROGRAM, role=role, limit=1 + draw.randrange(3))
    yield Person(
        id=id,
        status="active",
        department=draw.choice(DEPARTMENTS),
        level=draw.randint(3, 10) if role == "mentor" else draw.randint(1, 6),
        site=draw.choice(SITES),
        remote=draw.random() < 0.7,
        manager_id=f"prs_m{draw.randrange(500):06d}",
        time_zone=draw.choice(ZONES),
        languages=tuple(sorted({"en", draw.choice(LANGUAGES)})),
        changed_at=LONG_AGO,
    )
    yield Profile(
        id=id,
        skills_offered=tuple(SkillOffered(skill_id=skill, level=draw.randint(1, 5)) for skill in draw.sample(SKILLS, 8))
        if role == "mentor"
        else (),
        skills_wanted=tuple(draw.sample(SKILLS, 4)) if role == "mentee" else (),
        goals=tuple(draw.sample(THEMES, 2)),
        helps_with=tuple(draw.sample(THEMES, 4)),
        availability=week,
        capacity=3,
        changed_at=LONG_AGO,
    )
    yield Seats(id=id, capacity=3, places=(place,), changed_at=LONG_AGO)
    yield Enrolment(
        id=f"enr_{id[4:]}",
        program_id=PROGRAM,
        person_id=id,
        role=role,
        state="approved",
        applied_at=LONG_AGO,
        changed_at=LONG_AGO,
    )
