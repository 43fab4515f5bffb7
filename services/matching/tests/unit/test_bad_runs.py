"""Runs of what cannot be: each term is refused by its name, and what can be computed has a result that is defined."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from matching.ports.solver import SolverDied
from matching.use_cases.runs import publishing
from servicekit.testing.web import Issuer

from .solving import InProcess, compute
from .test_api import PROGRAM, Answer, Browser
from .world import World

NOBODY = "prs_nobody"


@pytest.fixture
def cara(client: FlaskClient, issuer: Issuer) -> Browser:
    return Browser(client, issuer, "prs_cara", "program_manager")


class Company:
    """Ana and Ada look for a mentor, Ben has one seat; the program is made and matched over the API."""

    def __init__(self, world: World, cara: Browser) -> None:
        self.world, self.cara = world, cara
        world.person("cara")
        for name in ("ana", "ada", "ben"):
            world.person(name)
            world.profile(name, capacity=1)

    def program(self, **terms: Any) -> str:
        made = self.cara.post("/programs", {**PROGRAM, **terms})
        assert made.status_code == 201, made.json
        self.cara.post(f"/programs/{made.json['id']}/open")
        return str(made.json["id"])

    def enrolled(self, **terms: Any) -> str:
        program = self.program(**terms)
        for name, role in (("ana", "mentee"), ("ada", "mentee"), ("ben", "mentor")):
            body = {"role": role, "person_id": f"prs_{name}"}
            assert self.cara.post(f"/programs/{program}/enrolments", body).status_code == 201
        return program

    def run(self, program: str, solver: Any = None, **body: Any) -> dict[str, Any]:
        """What a run came to."""
        started = self.cara.post(f"/programs/{program}/runs", body)
        assert started.status_code == 201, started.json
        assert compute(self.world, solver)
        read: dict[str, Any] = self.cara.get(f"/runs/{started.json['id']}").json
        return read

    def pairs(self, run: dict[str, Any]) -> dict[str, str]:
        items = self.cara.get(f"/runs/{run['id']}/proposals").json["items"]
        return {one["mentee_id"].removeprefix("prs_"): one["mentor_id"].removeprefix("prs_") for one in items}

    def alone(self, run: dict[str, Any]) -> dict[str, str]:
        items = self.cara.get(f"/runs/{run['id']}/unmatched").json["items"]
        return {one["person_id"].removeprefix("prs_"): one["reason"] for one in items}


@pytest.fixture
def company(world: World, cara: Browser) -> Company:
    return Company(world, cara)


def _named(answer: Answer, status: int = 422) -> list[str]:
    assert answer.status_code == status, answer.json
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert all(error["detail"] for error in answer.json["errors"])
    return [error["pointer"] for error in answer.json["errors"]]


BAD_TERMS: list[tuple[dict[str, Any], list[str]]] = [
    ({"weights": {"skills": -1}}, ["/weights/skills"]),
    ({"weights": {"skills": -1, "goals": 0}}, ["/weights/skills"]),
    ({"weights": {"skills": 0, "goals": 0, "seniority": 0}}, ["/weights"]),
    ({"weights": {"skills": "1"}}, ["/weights/skills"]),
    ({"weights": {"skills": "much", "goals": -0.5}}, ["/weights/skills", "/weights/goals"]),
    ({"weights": {"skills": True}}, ["/weights/skills"]),
    ({"weights": {"skills": 10**30}}, ["/weights/skills"]),
    ({"weights": {"charm": 1}}, ["/weights/charm"]),
    ({"weights": {"skills\x00": 1}}, ["/weights/skills\x00"]),
    ({"weights": [1, 2]}, ["/weights"]),
    ({"wishes": {"mentee": -1}}, ["/wishes/mentee"]),
    ({"seniority": {"width": 0}}, ["/seniority/width"]),
    ({"floor": 10**7}, ["/floor"]),
    ({"floor": "low"}, ["/floor"]),
    ({"floor": None}, ["/floor"]),
    ({"rules": {"max_time_zone_hours": -1}}, ["/rules/max_time_zone_hours"]),
    ({"rules": {"meet": "on the moon"}}, ["/rules/meet"]),
    ({"rules": {"min_level_gap": 2.5}}, ["/rules/min_level_gap"]),
    ({"rules": {"shared_language": "yes"}}, ["/rules/shared_language"]),
    ({"rules": {"friendship": True}}, ["/rules/friendship"]),
    ({"objective": "stable", "spread": 1}, ["/spread"]),
    ({"objective": "stable", "fairness": {"group": "site"}}, ["/fairness"]),
    ({"fairness": {"group": "level+hat"}}, ["/fairness/group"]),
    ({"diversity": ["hat"]}, ["/diversity"]),
    ({"spread": -1}, ["/spread"]),
    ({"seed": -1}, ["/seed"]),
]


@pytest.mark.parametrize(("terms", "pointers"), BAD_TERMS)
def test_a_term_that_cannot_be_is_refused_by_its_name_alone(
    company: Company, terms: dict[str, Any], pointers: list[str]
) -> None:
    refused = company.cara.post("/programs", {**PROGRAM, **terms})
    assert sorted(_named(refused)) == sorted(pointers)
    program = company.program()
    before = company.world.store.held("runs")
    assert sorted(_named(company.cara.post(f"/programs/{program}/runs", terms))) == sorted(pointers)
    assert company.world.store.held("runs") == before == []


@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        ({"locked": [["prs_ana", "prs_ben"]], "forbidden": [["prs_ana", "prs_ben"]]}, "/locked"),
        ({"locked": [["prs_ana", "prs_ben"], ["prs_ana", "prs_ben"]]}, "/locked"),
        ({"locked": [["prs_ana"]]}, "/locked/0"),
        ({"locked": [["prs_ana", "prs_ben\x00"]]}, "/locked/0/1"),
        ({"forbidden": [["prs_ana", "prs_ben\n"]]}, "/forbidden/0/1"),
        ({"forbidden": [["prs_ana", "prs_" + "x" * 65]]}, "/forbidden/0/1"),
        ({"managers": ["prs_cara\x00"]}, "/managers/0"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"time_zone": "Europe/Berlin\x00"}, "/time_zone"),
        ({"kind": "group", "group": {"min": 5, "max": 2}}, "/kind/group/min"),
        ({"kind": "peer", "fairness": {"group": "site"}}, "/fairness"),
        ({"eligibility": {"min_level": 5, "max_level": 2}}, "/eligibility/max_level"),
    ],
)
def test_a_program_that_contradicts_itself_is_not_made(company: Company, terms: dict[str, Any], pointer: str) -> None:
    assert pointer in _named(company.cara.post("/programs", {**PROGRAM, **terms}))
    assert company.world.store.held("programs") == []


@pytest.mark.parametrize(
    ("locked", "reason"),
    [
        ([["prs_ana", NOBODY]], f"nobody accepted has the id {NOBODY}"),
        ([[NOBODY, "prs_ben"]], f"nobody accepted has the id {NOBODY}"),
        ([["prs_ana", "prs_ana"]], "prs_ana cannot be a mentor"),
        ([["prs_ben", "prs_ana"]], "prs_ana cannot be a mentor"),
        ([["prs_ana", "prs_ben"], ["prs_ada", "prs_ben"]], "prs_ben has 2 locked mentees and takes 1"),
    ],
)
def test_a_lock_that_cannot_be_fails_the_run_and_says_which(
    company: Company, locked: list[list[str]], reason: str
) -> None:
    run = company.run(company.enrolled(locked=locked))
    assert (run["state"], run["failure"]) == ("failed", "refused")
    assert {problem["key"] for problem in run["problems"]} == {"locked"}
    assert any(reason in problem["reason"] for problem in run["problems"])
    assert all(problem["write"] for problem in run["problems"])


def test_a_lock_that_a_rule_refuses_names_the_rule(company: Company) -> None:
    company.world.person("ana", manager_id="prs_ben")
    run = company.run(company.enrolled(locked=[["prs_ana", "prs_ben"]]))
    assert "breaks the rule reporting_line" in run["problems"][0]["reason"]
    company.world.person("ana", languages=("fr",))
    run = company.run(company.enrolled(locked=[["prs_ana", "prs_ben"]]))
    assert "breaks the rule shared_language" in run["problems"][0]["reason"]


def test_nobody_at_all_is_a_run_without_pairs(company: Company) -> None:
    run = company.run(company.program())
    figures = run["figures"]
    assert run["state"] == "ready"
    assert (figures["people"], figures["pairs"], figures["unmatched"], figures["rate"]) == (0, 0, 0, None)
    assert (company.pairs(run), company.alone(run)) == ({}, {})
    assert company.cara.post(f"/runs/{run['id']}/publish").json["state"] == "publishing"
    while publishing.publish_some(company.world.store, company.world.clock):
        pass
    assert company.cara.get(f"/runs/{run['id']}").json["state"] == "published"
    again = company.cara.post(f"/runs/{run['id']}/solve").json
    assert compute(company.world)
    compared = company.cara.get(f"/runs/{run['id']}/comparison?with={again['id']}").json
    assert (compared["same"], compared["moved"]) == (0, [])


def test_mentees_without_any_mentor_stay_without_and_read_why(company: Company) -> None:
    program = company.program()
    company.cara.post(f"/programs/{program}/enrolments", {"role": "mentee", "person_id": "prs_ana"})
    run = company.run(program)
    assert (run["state"], run["figures"]["rate"], company.alone(run)) == ("ready", 0, {"ana": "nobody"})


def test_everybody_opted_out_is_a_run_without_people(company: Company) -> None:
    program = company.enrolled()
    for name in ("ana", "ada", "ben"):
        company.world.profile(name, opted_out=True)
    run = company.run(program)
    assert (run["state"], run["figures"]["mentees"], run["figures"]["pairs"]) == ("ready", 0, 0)
    assert company.pairs(run) == {}


def test_one_mentor_for_everybody_takes_as_many_as_they_have_seats(company: Company) -> None:
    run = company.run(company.enrolled())
    assert list(company.pairs(run).values()) == ["ben"]
    assert set(company.alone(run).values()) <= {"lost_seat", "no_seat"}
    assert company.pairs(run).keys() | company.alone(run).keys() == {"ana", "ada"}


def test_a_cycle_in_the_reporting_line_keeps_its_people_apart_and_nobody_else(company: Company) -> None:
    program = company.enrolled()
    company.world.person("ana", manager_id="prs_ben")
    company.world.person("ben", manager_id="prs_ana")
    run = company.run(program)
    assert (run["state"], company.pairs(run), company.alone(run)) == (
        "ready",
        {"ada": "ben"},
        {"ana": "reporting_line"},
    )
    company.world.person("ada", manager_id="prs_ada")
    assert company.run(program)["state"] == "ready"


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../../etc/passwd", "Europe/Berlin\x00"])
def test_whoever_is_in_an_unknown_time_zone_is_left_out_and_spoils_nothing_for_others(
    company: Company, client: FlaskClient, issuer: Issuer, zone: str
) -> None:
    program = company.enrolled()
    ana, ada = Browser(client, issuer, "prs_ana"), Browser(client, issuer, "prs_ada")
    company.world.person("ana", time_zone=zone)
    run = company.run(program)
    assert (run["state"], company.pairs(run), run["figures"]["mentees"]) == ("ready", {"ada": "ben"}, 1)
    (mentor,) = ada.get(f"/programs/{program}/recommendations").json["items"]
    assert mentor["mentor_id"] == "prs_ben"
    assert ana.get(f"/programs/{program}/recommendations").json["items"] == []
    asked = ana.post("/requests", {"program_id": program, "mentor_id": "prs_ben"})
    assert (asked.status_code, asked.json["title"]) == (409, "Not available")
    why = company.cara.get(f"/programs/{program}/explanation?mentee=prs_ana&mentor=prs_ben").json
    assert (why["available"], why["rule"]) == (False, "unknown")


def test_a_floor_that_nobody_reaches_leaves_everybody_without(company: Company) -> None:
    program = company.enrolled()
    run = company.run(program, floor=1_000_000)
    assert (run["state"], company.pairs(run), set(company.alone(run).values())) == ("ready", {}, {"floor"})
    assert len(company.pairs(company.run(program, floor=-1_000_000))) == 1


def test_a_pair_is_locked_or_forbidden_and_never_both(company: Company) -> None:
    run = company.run(company.enrolled())
    (mentee,) = company.pairs(run)
    pair = {"mentee_id": f"prs_{mentee}", "mentor_id": "prs_ben"}
    verbs = f"/runs/{run['id']}"
    assert company.cara.post(f"{verbs}/lock", pair).json["locked"]
    forbidden = company.cara.post(f"{verbs}/forbid", pair).json
    assert (forbidden["state"], forbidden["locked"]) == ("forbidden", False)
    refused = company.cara.post(f"{verbs}/lock", pair)
    assert (refused.status_code, refused.json["title"]) == (409, "Wrong state")
    again = company.cara.post(f"{verbs}/solve").json
    assert compute(company.world)
    solved = company.cara.get(f"/runs/{again['id']}").json
    assert (solved["state"], mentee in company.pairs(solved)) == ("ready", False)


@pytest.mark.parametrize("verb", ["lock", "unlock", "forbid", "allow", "replace"])
def test_a_mark_on_somebody_who_is_not_in_the_run_is_a_404_and_one_on_no_id_a_422(company: Company, verb: str) -> None:
    run = company.run(company.enrolled())
    before = company.world.store.held("proposals")
    for mentee, mentor in ((NOBODY, "prs_ben"), ("prs_ana", NOBODY), (NOBODY, NOBODY)):
        marked = company.cara.post(f"/runs/{run['id']}/{verb}", {"mentee_id": mentee, "mentor_id": mentor})
        assert marked.status_code == 404, (verb, marked.json)
    for bad in ("prs_ana\x00", "prs_ana\n", "prs_\u202e", "prs_" + "x" * 65, "", "ana", 7, None, ["prs_ana"]):
        marked = company.cara.post(f"/runs/{run['id']}/{verb}", {"mentee_id": bad, "mentor_id": "prs_ben"})
        assert _named(marked) == ["/mentee_id"], (verb, bad)
    assert company.world.store.held("proposals") == before


@pytest.mark.parametrize("bad", ["run_a%00b", "run_a%0A", "run_%1B", "run_" + "x" * 3000, "%00", "run_%E2%80%AE"])
def test_an_address_with_an_id_that_cannot_be_is_a_404(company: Company, bad: str) -> None:
    program = company.enrolled()
    run = company.run(program)
    for path in (f"/runs/{bad}", f"/runs/{bad}/proposals", f"/runs/{bad}/unmatched", f"/programs/{bad}"):
        assert company.cara.get(path).status_code == 404, path
    for verb in ("cancel", "discard", "publish", "solve"):
        assert company.cara.post(f"/runs/{bad}/{verb}").status_code == 404, verb
    assert company.cara.post(f"/programs/{bad}/runs").status_code == 404
    assert _named(company.cara.get(f"/runs/{run['id']}/comparison?with={bad}")) == ["?query/with"]
    assert _named(company.cara.get(f"/runs/{run['id']}/proposals?person={bad}")) == ["?query/person"]
    assert _named(company.cara.get(f"/programs/{program}/recommendations?mentee={bad}")) == ["?query/mentee"]


class _Dies:
    def solve(self, question: Any, watch: Any) -> Any:
        raise SolverDied("killed")
        yield


def test_nothing_is_published_of_a_run_that_failed_or_was_cancelled(company: Company) -> None:
    program = company.enrolled()
    failed = company.run(program, _Dies())
    assert (failed["state"], failed["failure"]) == ("failed", "solver_died")
    queued = company.cara.post(f"/programs/{program}/runs").json["id"]
    for verb in ("publish", "discard", "solve"):
        assert company.cara.post(f"/runs/{queued}/{verb}").status_code == 409
    for _ in range(2):
        cancelled = company.cara.post(f"/runs/{queued}/cancel")
        assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")
    for run in (failed["id"], queued):
        for verb in ("publish", "discard", "solve"):
            refused = company.cara.post(f"/runs/{run}/{verb}")
            assert (refused.status_code, refused.json["title"]) == (409, "Wrong state")
            assert "this needs it to be ready" in refused.json["detail"]
        pair = {"mentee_id": "prs_ana", "mentor_id": "prs_ben"}
        for verb in ("lock", "unlock", "forbid", "allow", "replace"):
            assert company.cara.post(f"/runs/{run}/{verb}", pair).status_code == 409
        assert company.cara.get(f"/runs/{run}/proposals").json["items"] == []
    assert company.cara.post(f"/runs/{failed['id']}/cancel").status_code == 409
    assert publishing.publish_some(company.world.store, company.world.clock) == 0
    assert company.world.store.held("mentorships") == []


def test_a_run_that_is_published_twice_makes_each_mentorship_once(company: Company) -> None:
    run = company.run(company.enrolled())
    for _ in range(2):
        assert company.cara.post(f"/runs/{run['id']}/publish").json["state"] == "publishing"
    while publishing.publish_some(company.world.store, company.world.clock):
        assert company.cara.post(f"/runs/{run['id']}/publish").status_code == 200
    assert company.cara.post(f"/runs/{run['id']}/publish").json["state"] == "published"
    assert publishing.publish_some(company.world.store, company.world.clock) == 0
    assert len(company.world.store.held("mentorships")) == 1
    assert company.cara.post(f"/runs/{run['id']}/cancel").status_code == 409


def test_a_run_that_is_cancelled_while_it_is_computed_has_no_pairs(company: Company) -> None:
    program = company.enrolled()
    started = company.cara.post(f"/programs/{program}/runs").json["id"]
    compute(company.world, InProcess(lambda part: company.cara.post(f"/runs/{started}/cancel") and None))
    assert company.cara.get(f"/runs/{started}").json["state"] == "cancelled"
    assert company.cara.post(f"/runs/{started}/publish").status_code == 409
    assert company.world.store.held("proposals") == []
