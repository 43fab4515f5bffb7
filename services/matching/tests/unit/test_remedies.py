"""What would help is true: each change that an explanation tells is made, and the two may be matched or are."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from contracts.profiles import SkillOffered
from matching.use_cases.recommendations import REMEDIES, WORDS
from matching.use_cases.runs import reading
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
    assert [why[key] for key in ("available", "rule", "would_help")] == [False, rule, REMEDIES[rule]]
    helped(company)
    assert explained(company, program)["available"]


@pytest.mark.parametrize("rule", BY_PROGRAM)
def test_what_a_program_may_change_lifts_the_rule(company: Company, rule: str) -> None:
    terms, apart, others = BY_PROGRAM[rule]
    program = company.enrolled(**terms)
    apart(company)
    why = explained(company, program)
    assert [why[key] for key in ("available", "rule", "would_help")] == [False, rule, REMEDIES[rule]]
    run = company.run(program)
    path = f"/runs/{run['id']}/explanation?mentee=prs_ana&mentor=prs_ben"
    in_run = company.cara.get(path).json
    assert (in_run["rule"], in_run["would_help"]) == (rule, REMEDIES[rule])
    assert explained(company, company.enrolled(**others))["available"]


def test_one_more_seat_lifts_a_mentor_who_has_none(company: Company) -> None:
    program = company.enrolled()
    company.world.profile("ben", capacity=0)
    why = explained(company, program)
    assert (why["rule"], why["would_help"]) == ("capacity", "One more seat of the mentor.")
    company.world.profile("ben", capacity=1)
    assert explained(company, program)["available"]


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
    assert WORDS.keys() - REMEDIES.keys() == {"private", "oneself", "not_available"}
    assert reading.ALONE.keys() - reading.REMEDIES.keys() == {"private", "lost_seat", "direction"}
