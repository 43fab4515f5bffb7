"""Whole runs: what must hold whatever the people are."""

import json
from dataclasses import replace
from typing import Any

import jsonschema_rs
import numpy as np
import pytest

from engine import Person, Program, ProgramRefused
from engine.explain.unmatched import unmatched
from engine.match import Match, match
from engine.record import record, schema
from engine.write import as_json, pairs_csv

from .companies import company

PROGRAM = Program.read({"program": "leaders", "as_of": "2027-01-11"})


def test_the_order_of_people_changes_not_a_byte() -> None:
    people = company(40, 15, both=0.2)
    assert pairs_csv(match(PROGRAM, people)) == pairs_csv(match(PROGRAM, people[::-1]))


def test_stickiness_keeps_pairs_that_a_small_change_would_move() -> None:
    people = company(60, 30)
    before = match(PROGRAM, people)
    changed = [replace(p, availability=()) if k % 20 == 0 else p for k, p in enumerate(people)]
    free = match(PROGRAM, changed, existing=before.pairs())
    sticky = match(replace(PROGRAM, stickiness=0.5), changed, existing=before.pairs())
    assert sticky.kept.sum() > free.kept.sum()
    assert sticky.score <= free.score


def test_spread_shares_mentees_among_mentors() -> None:
    people = [replace(p, capacity=8) if p.role == "mentor" else p for p in company(20, 12)]
    greatest = [int(np.bincount(match(replace(PROGRAM, spread=s), people).chosen.j).max()) for s in (0.0, 2.0)]
    assert greatest[1] < greatest[0]


@pytest.mark.parametrize(
    ("locked", "word"),
    [
        ({("m", "nobody")}, "nobody accepted"),
        ({("m", "a"), ("m", "b")}, "2 locked pairs"),
        ({("m", "a"), ("n", "a")}, "takes 1"),
        ({("m", "c")}, "opted_out"),
        ({("a", "m")}, "cannot be a mentee"),
    ],
)
def test_a_lock_that_cannot_be_refuses_the_program(locked: set[tuple[str, str]], word: str) -> None:
    mentee = Person("m", "mentee", "UTC", site="x", languages=("en",))
    mentor = replace(mentee, person_id="a", role="mentor")
    people = [mentee, replace(mentee, person_id="n"), mentor, replace(mentor, person_id="b")]
    people.append(replace(mentor, person_id="c", opted_out=True))
    with pytest.raises(ProgramRefused, match=word):
        match(replace(PROGRAM, locked=frozenset(locked)), people)


def nobody_matched(result: Match) -> bool:
    return len(result.chosen) == 0 and result.objective == 0 and result.bound in (0, None)


@pytest.mark.parametrize("objective", ["best_total", "most_people", "stable"])
def test_an_empty_pool_a_lonely_side_and_all_opted_out_are_results_of_nobody(objective: str) -> None:
    program = Program.read({"program": "x", "as_of": "2027-01-11", "objective": objective})
    people = company(6, 3)
    assert nobody_matched(match(program, [], certify=True))
    assert nobody_matched(match(program, [p for p in people if p.role == "mentee"], certify=True))
    assert nobody_matched(match(program, [p for p in people if p.role == "mentor"], certify=True))
    assert nobody_matched(match(program, [replace(p, opted_out=True) for p in people], certify=True))


def test_one_mentor_for_everybody_takes_as_many_as_the_capacity() -> None:
    mentor = Person("boss", "mentor", "UTC", site="x", languages=("en",), capacity=7)
    people = [replace(mentor, person_id=f"m{k}", role="mentee", capacity=None) for k in range(20)]
    assert len(match(PROGRAM, [mentor, *people]).chosen) == 7


def test_of_equal_totals_the_one_with_more_people_wins() -> None:
    mentor = Person("boss", "mentor", "UTC", site="x", languages=("en",), capacity=7)
    people = [replace(mentor, person_id=f"m{k}", role="mentee", capacity=None) for k in range(3)]
    result = match(PROGRAM, [mentor, *people])
    assert (len(result.chosen), result.score) == (3, 0.0)


@pytest.mark.parametrize(
    "settings", [{}, {"objective": "stable"}, {"fairness": {"group": "site+level", "tolerance": 0}}, {"kind": "flash"}]
)
def test_the_record_of_a_run_follows_its_schema(settings: dict[str, Any]) -> None:
    program = Program.read({"program": "x", "as_of": "2027-01-11", **settings})
    result = match(program, company(40, 12), certify=True)
    problem = {"kind": "error", "file": "people.csv", "line": 2, "column": "level", "reason": "bad", "write": "4"}
    jsonschema_rs.validate(schema(), json.loads(as_json(record(result, unmatched(result), "0" * 64, [problem]))))


def test_a_group_beyond_its_limit_comes_with_a_proof_that_adds_up() -> None:
    mentor = Person("boss", "mentor", "UTC", site="x", languages=("en",), capacity=3)
    near = [replace(mentor, person_id=f"n{k}", role="mentee", department="near") for k in range(4)]
    far = [replace(mentor, person_id=f"f{k}", role="mentee", department="far", site="y") for k in range(4)]
    fair = {"group": "department", "tolerance": 0}
    program = Program.read({"program": "x", "as_of": "2027-01-11", "fairness": fair})
    result = match(program, [mentor, *near, *far])
    assert [(g["group"], g["beyond"]) for g in result.unavoidable] == [("far", 1)]
    proof = result.unavoidable[0]["proof"]
    assert set(proof["mentees"]) >= {person.person_id for person in far}
    assert len(proof["mentees"]) - proof["seats"] - proof["may_stay_unmatched"] == 1
