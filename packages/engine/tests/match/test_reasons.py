"""What the engine says about people without a mentor comes true when the change is made."""

import re
from dataclasses import replace
from typing import Any

import pytest

from engine import Person, Pool, Program, refusal, rules
from engine.explain.changes import Change
from engine.explain.seat import why_not
from engine.explain.unmatched import unmatched
from engine.match import match

from .companies import company

PROGRAM = Program.read({"program": "leaders", "as_of": "2027-01-11"})
SEEDS = range(8)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("settings", [{}, {"spread": 0.05}, {"floor": 0.3}])
def test_giving_an_unmatched_person_the_seat_costs_exactly_what_was_said(seed: int, settings: dict[str, Any]) -> None:
    program = replace(PROGRAM, **settings)
    people = company(24, 8, seed, both=0.2)
    result = match(program, people)
    lost = [person for person in unmatched(result) if person.by is not None]
    assert lost
    for person in lost:
        costs = []
        for mentor in result.cohort.mentor_ids:
            if refusal(Pool(program, people), person.person, mentor) is None:
                forced = match(replace(program, locked=frozenset({(person.person, mentor)})), people)
                costs.append(result.objective - forced.objective)
        assert person.by == pytest.approx(min(costs), abs=2e-6)


def test_whoever_is_over_among_peers_lost_a_seat_and_is_in_nobodys_wrong_direction() -> None:
    peers = [Person(person_id, "both", "Europe/Berlin", remote=True, languages=("en",)) for person_id in "abc"]
    (over,) = unmatched(match(replace(PROGRAM, kind="peer"), peers))
    assert (over.reason, over.candidates, over.removed["direction"]) == ("no_seat", 2, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_person_who_took_the_seat_is_among_its_holders(seed: int) -> None:
    result = match(PROGRAM, company(24, 8, seed))
    matched = dict(result.pairs())
    for person in unmatched(result):
        if person.reason == "lost_seat":
            assert person.lost_to in matched
            assert matched[person.lost_to] in person.words


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["one_to_one", "peer"])
def test_candidates_and_removals_agree_with_the_rule_for_each_pair(kind: Any, seed: int) -> None:
    program = replace(PROGRAM, floor=0.25, kind=kind)
    people = company(20, 8, seed, both=1.0 if kind == "peer" else 0.3)
    pool = Pool(program, people)
    result = match(program, people)
    assert len(unmatched(result)) == len(result.unmatched)
    for person in unmatched(result):
        others = [j for j in result.cohort.mentor_ids if j != person.person]
        found = [refusal(pool, person.person, other) for other in others]
        assert person.candidates == found.count(None)
        assert person.removed == {rule: found.count(rule) for rule in rules.ORDER}


WITHOUT: dict[str, Any] = {
    "shared_language": {"shared_language": False},
    "max_time_zone_hours": {"max_time_zone_hours": None},
    "meet": {"meet": "any"},
    "reporting_line": {"reporting_line_allowed": True},
    "min_level_gap": {"min_level_gap": None},
}


@pytest.mark.parametrize("seed", SEEDS)
def test_without_the_rule_that_is_named_there_are_as_many_candidates_as_was_said(seed: int) -> None:
    narrow = replace(PROGRAM.rules, max_time_zone_hours=0, min_level_gap=3, meet="same_site")
    program = replace(PROGRAM, rules=narrow, floor=0.3)
    people = company(20, 5, seed)
    people = [replace(p, avoid=frozenset({people[-1].person_id})) if k % 3 else p for k, p in enumerate(people)]
    told = 0
    for person in unmatched(match(program, people)):
        said = re.match(r"No candidate is left: (\d+) would be", person.words)
        if not said:
            continue
        told += 1
        if person.reason == "floor":
            wider = replace(program, floor=0.0)
        elif person.reason in WITHOUT:
            wider = replace(program, rules=replace(narrow, **WITHOUT[person.reason]))
        else:
            assert person.reason == "avoid"
            wider = program
            people = [replace(p, avoid=p.avoid - {person.person} if p.mentors else frozenset()) for p in people]
        pool = Pool(wider, people)
        others = [p.person_id for p in people if p.mentors]
        assert sum(refusal(pool, person.person, other) is None for other in others) == int(said[1])
    assert told


def without_pair(people: list[Person], program: Program) -> tuple[str, str]:
    result = match(program, people)
    pool, matched = Pool(program, people), set(result.pairs())
    return next(
        (i, j)
        for i in result.cohort.mentee_ids
        for j in result.cohort.mentor_ids
        if refusal(pool, i, j) is None and (i, j) not in matched
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wish_worth_more_than_the_cost_makes_the_pair(seed: int) -> None:
    people = [replace(person, wishes=()) for person in company(16, 6, seed)]
    mentee, mentor = without_pair(people, PROGRAM)
    cost = why_not(match(PROGRAM, people), mentee, mentor).cost
    assert cost is not None
    assert cost >= 0
    wishing = [replace(p, wishes=(mentor,)) if p.person_id == mentee else p for p in people]
    for worth, made in ((cost + 0.001, True), (max(cost - 0.001, 0.0), cost < 0.001)):
        program = replace(PROGRAM, wishes=replace(PROGRAM.wishes, mentee=worth))
        assert ((mentee, mentor) in match(program, wishing).pairs()) == made


@pytest.mark.parametrize("objective", ["best_total", "most_people", "stable"])
@pytest.mark.parametrize("seed", range(4))
def test_each_change_that_is_told_makes_the_pair_when_it_is_made(seed: int, objective: str) -> None:
    program, people = replace(PROGRAM, objective=objective), company(16, 6, seed)
    result, pool = match(program, people), Pool(PROGRAM, people)
    told = set()
    for mentee in result.cohort.mentee_ids[:6]:
        for mentor in result.cohort.mentor_ids:
            if refusal(pool, mentee, mentor) or (mentee, mentor) in result.pairs():
                continue
            for change in why_not(result, mentee, mentor).tried:
                changed = [change.person if p.person_id == change.person.person_id else p for p in people]
                assert (mentee, mentor) in match(program, changed).pairs(), change.words
                told.add(change.kind)
    assert told


def _said_of(change: Change, mentor: str) -> object:
    """The field of the changed person, by what the change says in values; hours by their sum."""
    person = change.person
    match change.kind:
        case "seat":
            return change.seats
        case "wish":
            assert change.rank is not None
            return (*person.wishes[: change.rank - 1], mentor, *person.wishes[change.rank :])
        case "skill":
            return {**person.skills_offered, change.skill: change.level}
        case _:
            assert change.hours is not None
            count = int(2 * change.hours)
            assert all(one.end - one.start == 1 for one in person.availability[-count:])
            return person.availability


def test_a_skill_level_and_hours_are_told_where_they_are_enough() -> None:
    told = set[str]()
    for seed in SEEDS:
        people = company(16, 6, seed)
        mentee, mentor = without_pair(people, PROGRAM)
        for change in why_not(match(PROGRAM, people), mentee, mentor).tried:
            told.add(change.kind)
            old = next(p for p in people if p.person_id == change.person.person_id)
            differs = {name for name in old.__slots__ if getattr(old, name) != getattr(change.person, name)}
            field = {"seat": "capacity", "wish": "wishes", "skill": "skills_offered", "hours": "availability"}
            assert differs == {field[change.kind]}
            assert _said_of(change, mentor) == getattr(change.person, field[change.kind])
    assert told == {"seat", "wish", "skill", "hours"}


@pytest.mark.parametrize("kind", ["peer", {"group": {"min": 2, "max": 3}}, "flash"])
def test_every_pair_that_was_not_made_has_a_reason_in_every_kind(kind: Any) -> None:
    program = Program.read({"program": "x", "as_of": "2027-01-11", "kind": kind})
    people = company(6, 4, 5, both=0.5)
    result, pool = match(program, people), Pool(program, people)
    for mentee in result.cohort.mentee_ids:
        for mentor in result.cohort.mentor_ids:
            first, second = sorted((mentee, mentor)) if kind == "peer" else (mentee, mentor)
            if (first, second) not in result.pairs():
                answer = why_not(result, mentee, mentor)
                assert answer.rule == refusal(pool, first, second)
                assert answer.rule or answer.changes or answer.cost is None


def test_lines_through_people_who_were_left_out_hold_when_a_seat_is_priced() -> None:
    people = [replace(p, manager_id="gone") if p.role == "mentee" else p for p in company(8, 3, 4)]
    boss = next(p.person_id for p in people if p.role == "mentor")
    result = match(PROGRAM, people, managers={"gone": boss})
    assert boss not in dict(result.pairs()).values()
    pairs = [(i, j) for i in result.cohort.mentee_ids for j in result.cohort.mentor_ids if j != boss]
    costs = [why_not(result, i, j).cost for i, j in pairs if (i, j) not in result.pairs()]
    assert min(cost for cost in costs if cost is not None) >= 0
    assert why_not(result, result.cohort.mentee_ids[0], boss).rule == "reporting_line"


def test_a_rule_between_two_people_is_named() -> None:
    people = [replace(p, avoid=frozenset({"p0001"})) if p.person_id == "p0000" else p for p in company(2, 2, 3)]
    roles = {p.person_id: p.role for p in people}
    program = replace(
        PROGRAM, rules=replace(PROGRAM.rules, shared_language=False, max_time_zone_hours=None, meet="any")
    )
    pair = ("p0000", "p0001") if roles["p0001"] == "mentor" else ("p0001", "p0000")
    people = [replace(p, role="mentee" if p.person_id == pair[0] else "mentor") for p in people]
    assert why_not(match(program, people), *pair).rule == "avoid"
