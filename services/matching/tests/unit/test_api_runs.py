"""Runs over HTTP: the whole course of one, nonsense, and callers whom it is no business of."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from matching.use_cases.runs import publishing
from servicekit.testing.web import Issuer

from .solving import answer, compute
from .test_api import PROGRAM, Browser
from .world import World


@pytest.fixture
def cara(client: FlaskClient, issuer: Issuer) -> Browser:
    return Browser(client, issuer, "prs_cara", "program_manager")


@pytest.fixture
def ana(client: FlaskClient, issuer: Issuer) -> Browser:
    return Browser(client, issuer, "prs_ana")


@pytest.fixture
def program(world: World, cara: Browser) -> str:
    """Three mentees, two mentors."""
    world.person("cara")
    made = cara.post("/programs", PROGRAM).json["id"]
    cara.post(f"/programs/{made}/open")
    for name in ("ana", "ada", "eve"):
        world.person(name)
        assert cara.post(f"/programs/{made}/enrolments", {"role": "mentee", "person_id": f"prs_{name}"}).json["state"]
    for name in ("ben", "bob"):
        world.person(name)
        cara.post(f"/programs/{made}/enrolments", {"role": "mentor", "person_id": f"prs_{name}", "capacity": 1})
    return str(made)


def _ready(world: World, cara: Browser, program: str, **body: Any) -> str:
    started = cara.post(f"/programs/{program}/runs", body)
    assert started.status_code == 201, started.json
    assert compute(world)
    return str(started.json["id"])


def test_the_course_of_a_run(world: World, cara: Browser, ana: Browser, program: str) -> None:
    started = cara.post(f"/programs/{program}/runs", {"name": "first", "certify": True, "seed": 3})
    assert (started.status_code, started.json["state"], started.json["progress"]) == (201, "queued", 0)
    run = started.json["id"]
    assert started.headers["Location"] == f"/v1/runs/{run}"
    assert (started.json["overrides"], started.json["terms"]["seed"]) == (["seed"], 3)
    assert cara.get(f"/runs/{run}/proposals").json["items"] == []
    assert compute(world)
    read = cara.get(f"/runs/{run}")
    assert (read.json["state"], read.json["progress"]) == ("ready", 1)
    assert "ETag" in read.headers
    figures = read.json["figures"]
    assert (figures["mentees"], figures["pairs"], figures["gap"]) == (3, 2, 0)
    groups = {one["attribute"]: one["groups"] for one in figures["breakdowns"]}
    assert set(groups) == {"level", "department", "site"}
    assert all(one["mentees"] is None and one["rate"] is None for all_of in groups.values() for one in all_of)
    proposals = cara.get(f"/runs/{run}/proposals?order=strongest&limit=1").json
    assert proposals["next"]
    assert cara.get(f"/runs/{run}/proposals?order=strongest&limit=1&cursor={proposals['next']}").json["items"]
    (pair,) = proposals["items"]
    assert {"score", "components", "reasons", "wished_by_mentee", "locked", "by_hand", "skipped"} <= pair.keys()
    (alone,) = cara.get(f"/runs/{run}/unmatched").json["items"]
    assert alone["words"]
    body = {"mentee_id": pair["mentee_id"], "mentor_id": pair["mentor_id"]}
    for verb, held in (("lock", {"locked": True}), ("unlock", {"locked": False}), ("forbid", {"state": "forbidden"})):
        marked = cara.post(f"/runs/{run}/{verb}", body)
        assert (marked.status_code, marked.json["mentee_id"]) == (200, pair["mentee_id"]), marked.json
        assert held.items() <= marked.json.items()
    replaced = cara.post(f"/runs/{run}/replace", {**body, "mentee_id": alone["person_id"]})
    assert (replaced.status_code, replaced.json["by_hand"]) == (200, True)
    assert cara.post(f"/runs/{run}/allow", body).json["title"] == "No seat left"
    explained = cara.get(f"/runs/{run}/explanation?mentee={pair['mentee_id']}&mentor={pair['mentor_id']}").json
    assert [one["mentee_id"] for one in explained["seats_given_to"]] == [alone["person_id"]]
    again = cara.post(f"/runs/{run}/solve", {"floor": 0.0})
    assert (again.status_code, again.json["parent_id"]) == (201, run)
    assert compute(world)
    compared = cara.get(f"/runs/{run}/comparison?with={again.json['id']}").json
    assert compared["same_people"]
    assert {"name": "pairs", "before": 2, "after": 2} in compared["figures"]
    assert [one["id"] for one in cara.get(f"/programs/{program}/runs").json["items"]] == [again.json["id"], run]
    assert cara.post(f"/runs/{again.json['id']}/discard").json["state"] == "discarded"
    assert cara.post(f"/runs/{run}/publish").json["state"] == "publishing"
    while publishing.publish_some(world.store, world.clock):
        pass
    done = cara.get(f"/runs/{run}").json
    assert (done["state"], done["pairs"]["published"]) == ("published", 2)
    (mine,) = [
        one
        for one in cara.get(f"/mentorships?program_id={program}").json["items"]
        if alone["person_id"] in one["mentee_ids"]
    ]
    assert (mine["state"], mine["run_id"]) == ("proposed", run)
    if alone["person_id"] == "prs_ana":
        assert ana.post(f"/mentorships/{mine['id']}/confirm").json["confirmed_by"] == ["prs_ana"]
        assert ana.post(f"/mentorships/{mine['id']}/decline", {"reason": "other"}).json["state"] == "declined"


def test_a_question_about_a_refused_pair_is_answered_after_a_while(world: World, cara: Browser, program: str) -> None:
    run = _ready(world, cara, program)
    taken = {one["mentee_id"]: one["mentor_id"] for one in cara.get(f"/runs/{run}/proposals").json["items"]}
    (alone,) = cara.get(f"/runs/{run}/unmatched").json["items"]
    mentor = next(iter(taken.values()))
    body = {"mentee_id": alone["person_id"], "mentor_id": mentor}
    explanation = f"/runs/{run}/explanation?mentee={alone['person_id']}&mentor={mentor}"
    assert cara.get(explanation).json["question"] is None
    asked = cara.post(f"/runs/{run}/questions", body)
    assert (asked.status_code, asked.json["state"], asked.json["changes"]) == (201, "asked", [])
    path = f"/runs/{run}/questions/{asked.json['id']}"
    assert asked.headers["Location"] == f"/v1{path}"
    assert cara.post(f"/runs/{run}/questions", body).json == asked.json
    assert answer(world)
    told = cara.get(path).json
    assert (told["state"], told["verdict"], told["rule"]) == ("answered", "price", None)
    seat = next(one for one in told["changes"] if one["kind"] == "seat")
    assert (seat["tried"], seat["person_id"], seat["seats"], seat["rank"]) == (True, mentor, 2, None)
    assert cara.get(explanation).json["question"] == told
    pair = next(iter(taken.items()))
    proposed = cara.post(f"/runs/{run}/questions", dict(zip(body, pair, strict=True)))
    assert (proposed.status_code, proposed.json["title"]) == (409, "Wrong state")


def test_a_run_is_no_business_of_anybody_but_its_managers(
    world: World, cara: Browser, ana: Browser, program: str, client: FlaskClient, issuer: Issuer
) -> None:
    run = _ready(world, cara, program)
    other = Browser(client, issuer, "prs_zoe", "program_manager")
    machine = Browser(client, issuer, "cli_hr", kind="client", scope="programs:read")
    pair = {"mentee_id": "prs_ana", "mentor_id": "prs_ben"}
    for stranger in (ana, other, machine):
        for path in (
            "",
            "/proposals",
            "/unmatched",
            f"/comparison?with={run}",
            "/explanation?mentee=prs_a&mentor=prs_b",
            f"/questions/{run}.prs_ana.prs_ben",
        ):
            assert stranger.get(f"/runs/{run}{path}").status_code == 404, path
        for verb in ("solve", "cancel", "discard", "publish"):
            assert stranger.post(f"/runs/{run}/{verb}").status_code == 404, verb
        for verb in ("lock", "unlock", "forbid", "allow", "replace", "questions"):
            assert stranger.post(f"/runs/{run}/{verb}", pair).status_code == 404, verb
        assert stranger.post(f"/programs/{program}/runs").status_code == 403
        assert stranger.get(f"/programs/{program}/runs").status_code == 403
    auditor = Browser(client, issuer, "prs_dora", "auditor")
    assert auditor.get(f"/runs/{run}").status_code == 200
    assert auditor.get(f"/runs/{run}/proposals").status_code == 403
    assert auditor.post(f"/runs/{run}/questions", pair).status_code == 403
    assert auditor.get(f"/runs/{run}/questions/x").status_code == 403
    assert auditor.post(f"/runs/{run}/publish").status_code == 403


def test_a_foreign_proposed_mentorship_is_not_there(
    world: World, cara: Browser, program: str, client: FlaskClient, issuer: Issuer
) -> None:
    run = _ready(world, cara, program)
    cara.post(f"/runs/{run}/publish")
    publishing.publish_some(world.store, world.clock)
    held = world.store.held("mentorships")[0]["_id"]
    stranger = Browser(client, issuer, "prs_zoe", "program_manager")
    for verb in ("confirm", "decline"):
        assert stranger.post(f"/mentorships/{held}/{verb}").status_code == 404
        assert cara.post(f"/mentorships/{held}/{verb}").status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"weights": {"skills": -1}}, "/weights/skills"),
        ({"weights": {"skills": None}}, "/weights/skills"),
        ({"weights": None}, "/weights"),
        ({"weights": {}}, "/weights"),
        ({"weights": {"charm": 1}}, "/weights/charm"),
        ({"seed": "one"}, "/seed"),
        ({"objective": "fastest"}, "/objective"),
        ({"objective": "stable", "spread": 1}, "/spread"),
        ({"fairness": {"group": "hat"}}, "/fairness/group"),
        ({"group": {"min": 1, "max": 2}}, "/group"),
        ({"kind": "peer"}, "/kind"),
        ({"certify": "yes"}, "/certify"),
        ({"locked": []}, "/locked"),
    ],
)
def test_a_wrong_override_is_named_and_starts_nothing(
    world: World, cara: Browser, program: str, body: dict[str, Any], pointer: str
) -> None:
    refused = cara.post(f"/programs/{program}/runs", body)
    assert refused.status_code == 422, refused.json
    assert pointer in [error["pointer"] for error in refused.json["errors"]]
    assert world.store.held("runs") == []


def test_a_weight_that_is_no_number_is_no_json_and_is_named(
    world: World, cara: Browser, program: str, client: FlaskClient, issuer: Issuer
) -> None:
    headers = {
        **issuer.bearer("prs_cara", "program_manager"),
        "Idempotency-Key": "k",
        "Content-Type": "application/json",
    }
    sent = client.post(f"/v1/programs/{program}/runs", data='{"weights": {"skills": NaN}}', headers=headers)
    assert sent.status_code == 400
    assert "NaN at /weights/skills is not JSON; write a number" in sent.get_json()["detail"]


def test_a_run_is_started_once_by_one_key(world: World, cara: Browser, program: str) -> None:
    first = cara.post(f"/programs/{program}/runs", {}, **{"Idempotency-Key": "k"})
    again = cara.post(f"/programs/{program}/runs", {}, **{"Idempotency-Key": "k"})
    assert first.json["id"] == again.json["id"]
    assert len(world.store.held("runs")) == 1


def test_nonsense_about_a_run_is_answered_with_a_problem(world: World, cara: Browser, program: str) -> None:
    run = _ready(world, cara, program)
    for path in (
        "/proposals?state=gone",
        "/proposals?order=best",
        "/proposals?cursor=x",
        "/explanation?mentee=prs_ana",
        "/comparison",
        "/comparison?with=nothing at all",
    ):
        assert cara.get(f"/runs/{run}{path}").status_code == 422, path
    assert cara.get(f"/runs/{run}/comparison?with=run_none").status_code == 404
    assert cara.get(f"/runs/{run}/explanation?mentee=prs_zoe&mentor=prs_ben").status_code == 404
    assert cara.post(f"/runs/{run}/lock", {"mentee_id": "prs_ana"}).status_code == 422
    assert cara.post(f"/runs/{run}/questions", {"mentee_id": "prs_ana"}).status_code == 422
    assert cara.post(f"/runs/{run}/questions", {"mentee_id": "prs_zoe", "mentor_id": "prs_ben"}).status_code == 404
    assert cara.get(f"/runs/{run}/questions/none").status_code == 404
    assert cara.post(f"/runs/{run}/cancel").status_code == 409
    assert cara.post(f"/runs/{run}/discard", {}, **{"If-Match": '"1"'}).status_code == 412
