"""From a run to its report: every kind of program has a page, and its figures are the run's."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine.explain.unmatched import unmatched
from engine.match import Match, match
from engine.person import Interval, Person
from engine.program import Program
from engine.record import record
from engine.report import page
from engine.report.gather import figures_of

DAY = date(2027, 1, 11)
FREE = (Interval.at("Mon", "09:00", "11:00"),)


def company() -> list[Person]:
    mentor = Person("", "mentor", "UTC", site="Rome", level=4, remote=True, languages=("en",), helps_with=("grow",))
    mentors = [
        replace(mentor, person_id=f"t{n}", capacity=2, availability=FREE, wishes_as_mentor=("m3",)) for n in range(3)
    ]
    mentee = Person("", "mentee", "UTC", level=2, remote=True, languages=("en",), goals=("grow",), availability=FREE)
    mentees = [replace(mentee, person_id=f"m{n}", site="Rome" if n < 6 else "Oslo") for n in range(12)]
    both = [replace(mentor, person_id=f"b{n}", role="both", goals=("grow",), availability=FREE) for n in range(4)]
    silent = replace(mentee, person_id="silent", languages=("fi",))
    shunned = replace(mentee, person_id="shunned", avoid=frozenset(p.person_id for p in mentors + both))
    return [*mentors, *mentees, *both, silent, shunned]


def run(**settings: Any) -> Match:
    return match(Program.read({"program": "leaders", "as_of": DAY, **settings}), company())


def told(result: Match) -> str:
    alone = unmatched(result)
    return page(result, alone, record(result, alone, "0" * 64, []))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"objective": "most_people"},
        {"objective": "stable"},
        {"kind": "peer"},
        {"kind": {"group": {"min": 2, "max": 3}}},
        {"kind": "flash", "spread": 0.1, "stickiness": 0.1},
        {"fairness": {"group": "site", "report": ["level+site"]}},
    ],
)
def test_every_kind_of_program_has_its_page(settings: dict[str, Any]) -> None:
    text = told(run(**settings))
    assert text.startswith("<!doctype html>")
    assert "leaders" in text
    assert "nan" not in text


def test_the_figures_are_those_of_the_run() -> None:
    result = run()
    alone = unmatched(result)
    figures = figures_of(result, alone, record(result, alone, "0" * 64, []))
    assert (figures.matched, len(figures.waiting)) == (len(result.chosen), len(alone))
    assert figures.matched + len(figures.waiting) == figures.mentees
    assert sum(reason.people for reason in figures.reasons) == len(alone)
    assert all(sum(g.people for g in one.groups) == figures.mentees for one in figures.groups)
    assert all(sum(g.matched for g in one.groups) == figures.matched for one in figures.groups)


def test_the_curve_of_fairness_marks_the_program_s_own_tolerance() -> None:
    result = run(fairness={"group": "site", "tolerance": 0.03})
    variants = figures_of(result, [], record(result, [], "0" * 64, [])).fairness
    assert [variant.name for variant in variants] == ["none", "10 %", "5 %", "3 %", "2 %", "0 %"]
    assert [variant.name for variant in variants if variant.chosen] == ["3 %"]
    assert variants[0].total == max(variant.total for variant in variants)


def test_the_stable_match_never_totals_more_than_the_best() -> None:
    result = run()
    variants = {v.name: v for v in figures_of(result, [], record(result, [], "0" * 64, [])).stability}
    assert variants["Stable"].total <= variants["Best total"].total
    assert variants["Most people"].matched >= variants["Best total"].matched
    assert variants["Best total"].chosen


def test_what_an_avoid_list_did_stays_private() -> None:
    result = run()
    alone = unmatched(result)
    shunned = next(one for one in alone if one.person == "shunned")
    assert shunned.reason == "avoid"
    text = told(result)
    assert "avoid" not in text.split("</style>")[1]
    assert "No candidate is left (private)." in text
