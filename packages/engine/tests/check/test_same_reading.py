"""Two readers of one file: the engine's and the checker's take in the same people, whatever is in the cells."""

import random
from pathlib import Path

import pytest

from engine.read import read_people

from .conftest import World
from .worlds import random_people

ODD = {
    "role": ["boss", "", "Mentor", " mentee "],
    "time_zone": ["", "Mars/Base", "utc", "CET", "Etc/GMT+5", " UTC "],
    "level": ["1.5", "-1", "+2", "007", "1_0", "\u0663", "high", " 4 "],
    "remote": ["Yes", "maybe", "true", " no "],
    "languages": ["english language", "e", "zh-Hant-TW", "de_DE", ";;en;", "x-klingon", "en-"],
    "skills_offered": ["law", "law:6", "law:0", "a:b:3", ":3", "law:1;LAW:2", "law: 4", "law:1.0", "law :2; tax:5;"],
    "availability": [
        "Mon 09:15-10:00", "mon 09:00-10:00", "Mon 9:00-10:00", "Mon 10:00-10:00", "Mon 22:00-24:00", "Mon 22:00-24:30",
        "Mon 09:00 - 10:00", "Mon  09:00-10:00", "Mo 09:00-10:00", "Mon 23:00-01:00", "Mon 09:00-10:00,Tue 09:00-10:00",
    ],
    "capacity": ["-1", "many", "1.5", "+3", "007", " 2 "],
    "opted_out": ["YES", "perhaps", " yes "],
    "wishes": ["a;b;c;d;e;f", "a;;b", ";", "p00; p01 ;p00"],
    "wishes_as_mentor": [";".join("abcdefghijk"), "a", ""],
    "manager_id": ["p00", "p01", "p02", "nobody", " p03 "],
    "person_id": ["", "p00", " p01 "],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_both_readers_take_in_the_same_people(world: World, seed: int) -> None:
    dice = random_people(world, seed % 7)
    for row in dice.choices(world.rows, k=8):
        column = dice.choice(sorted(ODD))
        row[column] = dice.choice(ODD[column])
    theirs = {person.person_id: person for person in read_people(write(world), ()).people}
    mine = world.rules().people
    assert set(theirs) == set(mine.accepted)
    for person_id, person in mine.accepted.items():
        engine = theirs[person_id]
        assert (engine.role, engine.level, engine.time_zone, engine.remote, engine.opted_out) == (
            person.role,
            person.level,
            person.time_zone,
            person.remote,
            person.opted_out,
        )
        assert {tag.split("-")[0].lower() for tag in engine.languages} == person.languages
        assert {
            hour for span in engine.availability for hour in range(span.day * 48 + span.start, span.day * 48 + span.end)
        } == person.half_hours
        assert {name.casefold(): level for name, level in engine.skills_offered.items()} == person.skills_offered
        assert ranked(engine.wishes) == {k: v for k, v in person.ranks_as_mentee.items() if k in known(world)}
        assert ranked(engine.wishes_as_mentor) == {k: v for k, v in person.ranks_as_mentor.items() if k in known(world)}


def test_both_readers_know_the_same_reporting_lines(world: World) -> None:
    dice = random.Random(5)
    random_people(world, 2)
    for row in world.rows:
        row["manager_id"] = dice.choice(world.rows)["person_id"]
    file = read_people(write(world), ())
    mine = world.rules().people
    assert {person.person_id for person in file.people} == set(mine.accepted)
    known_lines = {person: manager for person, manager in mine.managers.items() if manager in known(world)}
    assert {person: manager for person, manager in file.managers.items() if manager in known(world)} == known_lines


def write(world: World) -> Path:
    world.write_inputs()
    return world.people


def ranked(wishes: tuple[str, ...]) -> dict[str, int]:
    return {person_id: rank for rank, person_id in enumerate(wishes, start=1) if person_id}


def known(world: World) -> set[str]:
    return {row["person_id"].strip() for row in world.rows}
