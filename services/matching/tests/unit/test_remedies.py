"""What would help is true: each change that an explanation tells is made, and the two may be matched or are."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from contracts.profiles import SkillOffered
from matching.use_cases.words import ALONE, HELPS, HELPS_ALONE, WORDS
from servicekit.testing.web import Issuer

from .test_api import Browser
from .test_bad_runs import Company
from .world import World

Change = Callable[[Company], None]


@pytest.fixture
def company(world: World, client: FlaskClient, issuer: Issuer) -> Company:
    return Company(world, Browser(client, issuer, "prs_cara", "program_manager"))


def person(name: str, **facts: Any) -> Change:
    return lambda company: (company.world.person(name, **facts), None)[1]


def profile(name: str, **said: Any) -> Change:
    return lambda company: company.world.profile(name, capacity=1, **said)


# Rule: the program's own terms, what makes the rule refuse, and the change that is told.
BY_PEOPLE: dict[str, tuple[Change, Change]] = {
    "shared_language": (person("ana", languages=("fr",)), person("ana", languages=("fr", "en"))),
    "meet": (person("ana", remote=False, site="Oslo"), person("ana", remote=True, site="Oslo")),
    "opted_out": (profile("ben", opted_out=True), profile("ben")),
    "unknown": (person("ana", time_zone="Mars/Base"), person("ana")),
}
BY_PROGRAM: dict[str, tuple[dict[str, Any], Change, dict[str, Any]]] = {
    "max_time_zone_hours": (
        {"rules": {"max_time_zone_hours": 3}},
        person("ana", time_zone="Asia/Tokyo"),
        {"rules": {"max_time_zone_hours": 12}},
    ),
    "reporting_line": ({}, person("ana", manager_id="prs_ben"), {"rules": {"reporting_line": "allowed"}}),
    "min_level_gap": (
        {"rules": {"min_level_gap": 2}},
        lambda company: (person("ana", level=3)(company), person("ben", level=4)(company), None)[2],
        {"rules": {"min_level_gap": 1}},
    ),
    "forbidden": ({"forbidden": [["prs_ana", "prs_ben"]]}, lambda company: None, {}),
    "floor": ({"floor": 0.9}, lambda company: None, {"floor": 0.0}),
}


def explained(company: Company, program: str) -> dict[str, Any]:
    found: dict[str, Any] = company.cara.get(f"/programs/{program}/explanation?mentee=prs_ana&mentor=prs_ben").json
    return found


@pytest.mark.parametrize("rule", BY_PEOPLE)
def test_what_people_may_change_lifts_the_rule(company: Company, rule: str) -> None:
    apart, helped = BY_PEOPLE[rule]
    program = company.enrolled()
    apart(company)
    why = explained(company, program)
    assert [why[key] for key in ("available", "rule", "would_help")] == [False, rule, HELPS[rule]]
    helped(company)
    assert explained(company, program)["available"]


@pytest.mark.parametrize("rule", BY_PROGRAM)
def test_what_a_program_may_change_lifts_the_rule(company: Company, rule: str) -> None:
    terms, apart, others = BY_PROGRAM[rule]
    program = company.enrolled(**terms)
    apart(company)
    why = explained(company, program)
    assert [why[key] for key in ("available", "rule", "would_help")] == [False, rule, HELPS[rule]]
    run = company.run(program)
    path = f"/runs/{run['id']}/explanation?mentee=prs_ana&mentor=prs_ben"
    in_run = company.cara.get(path).json
    assert (in_run["rule"], in_run["would_help"]) == (rule, HELPS[rule])
    assert explained(company, company.enrolled(**others))["available"]


def test_one_more_seat_lifts_a_mentor_who_has_none(company: Company) -> None:
    program = company.enrolled()
    company.world.profile("ben", capacity=0)
    why = explained(company, program)
    assert (why["rule"], why["would_help"]) == ("capacity", "One more seat of the mentor.")
    company.world.profile("ben", capacity=1)
    assert explained(company, program)["available"]


def test_a_place_in_the_role_lifts_somebody_who_has_none(company: Company) -> None:
    program = company.enrolled()
    ask = f"/programs/{program}/explanation?mentee=prs_ana&mentor=prs_ada"
    why = company.cara.get(ask).json
    assert (why["rule"], why["would_help"]) == ("role", HELPS["role"])
    body = {"role": "mentor", "person_id": "prs_ada"}
    assert company.cara.post(f"/programs/{program}/enrolments", body).status_code == 201
    assert company.cara.get(ask).json["available"]


def test_two_who_fit_better_the_other_way_round_may_be_asked_that_way(company: Company) -> None:
    company.world.profile("ana", skills_wanted=("skl_a",), capacity=1)
    company.world.profile("ben", capacity=1, skills_offered=(SkillOffered(skill_id="skl_a", level=5),))
    program = company.program()
    for name in ("ana", "ben"):
        for role in ("mentee", "mentor"):
            body = {"role": role, "person_id": f"prs_{name}"}
            assert company.cara.post(f"/programs/{program}/enrolments", body).status_code == 201
    why = company.cara.get(f"/programs/{program}/explanation?mentee=prs_ben&mentor=prs_ana").json
    assert (why["rule"], why["would_help"]) == ("direction", HELPS["direction"])
    assert explained(company, program)["available"]


# Why nobody is found for Ana, and the change that is told: the program's terms, and what is so of people.
NOBODY: dict[str, tuple[dict[str, Any], Change, dict[str, Any], Change]] = {
    **{rule: ({}, apart, {}, helped) for rule, (apart, helped) in BY_PEOPLE.items() if rule != "unknown"},
    **{rule: (terms, apart, others, lambda company: None) for rule, (terms, apart, others) in BY_PROGRAM.items()},
    "capacity": ({}, lambda company: company.world.profile("ben", capacity=0), {}, profile("ben")),
}


def _one_of_each(company: Company, **terms: Any) -> str:
    program = company.program(**terms)
    for name, role in (("ana", "mentee"), ("ben", "mentor")):
        body = {"role": role, "person_id": f"prs_{name}"}
        assert company.cara.post(f"/programs/{program}/enrolments", body).status_code == 201
    return program


def _why_alone(company: Company, program: str) -> tuple[str, str]:
    (alone,) = company.cara.get(f"/runs/{company.run(program)['id']}/unmatched").json["items"]
    return alone["reason"], alone["would_help"]


@pytest.mark.parametrize("rule", NOBODY)
def test_what_would_help_a_mentee_without_a_mentor_gives_them_one(company: Company, rule: str) -> None:
    terms, apart, others, helped = NOBODY[rule]
    program = _one_of_each(company, **terms)
    apart(company)
    assert _why_alone(company, program) == (rule, HELPS_ALONE[rule])
    helped(company)
    again = _one_of_each(company, **others) if rule in BY_PROGRAM else program
    assert company.pairs(company.run(again)) == {"ana": "ben"}


def test_a_mentor_in_the_program_helps_where_there_is_none(company: Company) -> None:
    program = company.program()
    body = {"role": "mentee", "person_id": "prs_ana"}
    assert company.cara.post(f"/programs/{program}/enrolments", body).status_code == 201
    assert _why_alone(company, program) == ("nobody", HELPS_ALONE["nobody"])
    company.cara.post(f"/programs/{program}/enrolments", {"role": "mentor", "person_id": "prs_ben"})
    assert company.pairs(company.run(program)) == {"ana": "ben"}


def test_another_peer_helps_whoever_is_over_among_peers(company: Company) -> None:
    program = company.program(kind="peer")
    company.world.person("zoe")
    company.world.profile("zoe", capacity=1)

    def enrol(name: str) -> None:
        for role in ("mentee", "mentor"):
            body = {"role": role, "person_id": f"prs_{name}"}
            assert company.cara.post(f"/programs/{program}/enrolments", body).status_code == 201

    for name in ("ana", "ada", "ben"):
        enrol(name)
    assert _why_alone(company, program) == ("no_seat", HELPS_ALONE["no_seat"])
    enrol("zoe")
    assert company.alone(company.run(program)) == {}


def test_what_is_private_has_no_remedy(company: Company) -> None:
    program = company.enrolled()
    company.world.profile("ben", capacity=1, avoid=("prs_ana",))
    why = explained(company, program)
    assert (why["rule"], why["would_help"]) == ("private", None)
    (alone,) = company.cara.get(f"/runs/{company.run(program)['id']}/unmatched").json["items"]
    assert (alone["reason"], alone["would_help"]) == ("private", None)


def test_whoever_scores_higher_by_more_than_the_price_has_the_seat_that_was_lost(company: Company) -> None:
    company.world.profile("ana", skills_wanted=("skl_a",))
    company.world.profile("ada", skills_wanted=("skl_a", "skl_b"))
    company.world.profile("ben", capacity=1, skills_offered=(SkillOffered(skill_id="skl_a", level=5),))
    program = company.program(wishes={"mentee": 0.0})
    for name, role, wishes in (("ana", "mentee", []), ("ada", "mentee", ["prs_ben"]), ("ben", "mentor", [])):
        body = {"role": role, "person_id": f"prs_{name}", "wishes": wishes}
        assert company.cara.post(f"/programs/{program}/enrolments", body).status_code == 201
    first = company.run(program)
    (alone,) = company.cara.get(f"/runs/{first['id']}/unmatched").json["items"]
    assert (alone["person_id"], alone["reason"], alone["closest_mentor_id"]) == ("prs_ada", "lost_seat", "prs_ben")
    assert alone["would_help"] == f"A pair with prs_ben that scores higher by more than {alone['by']:.6f}."
    # Her wish adds as much as the run says: once less than the price, once more.
    for added, who in ((0.9 * alone["by"], "ana"), (1.1 * alone["by"], "ada")):
        assert company.pairs(company.run(program, wishes={"mentee": added})) == {who: "ben"}


def test_every_rule_has_words_and_a_remedy_unless_it_is_private() -> None:
    assert WORDS.keys() - HELPS.keys() == {"private", "oneself", "not_available"}
    assert ALONE.keys() - HELPS_ALONE.keys() == {"private", "lost_seat", "direction"}
