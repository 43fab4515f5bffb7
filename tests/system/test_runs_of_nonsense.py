"""Runs of what cannot be: each is refused by name or has a defined result; of one that failed nothing is published."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from platform_client import Actor, eventually
from spoiling import said_what_to_do
from staged import Player, appoint, employ, enrol, program, signed_in

pytestmark = pytest.mark.stack

MENTEES, SEATS = 5, 3
# What is sent, and the pointer that the refusal names.
WRONG = {
    '{"weights": {"skills": -1}}': "/weights/skills",
    '{"weights": {"skills": null}}': "/weights/skills",
    '{"weights": {"skills": 1e999}}': "/weights/skills",
    '{"weights": {"charm": 1}}': "/weights/charm",
    '{"weights": null}': "/weights",
    '{"weights": {}}': "/weights",
    '{"weights": {"skills": 0, "goals": 0, "seniority": 0, "availability": 0, "diversity": -0.0}}': "/weights",
    '{"rules": {"friendship": true}}': "/rules/friendship",
    '{"rules": {"max_time_zone_hours": -1}}': "/rules/max_time_zone_hours",
    '{"fairness": {"group": "hat"}}': "/fairness/group",
    '{"objective": "stable", "fairness": {"group": "site"}}': "/fairness",
    '{"group": {"min": 5, "max": 2}}': "/group",
    '{"locked": [["prs_a", "prs_b"]]}': "/locked",
    '{"surprise": 1}': "/surprise",
}


@pytest.fixture(scope="module")
def admin(platform: dict[str, Any]) -> Actor:
    return signed_in(platform, platform["people"]["people_admin"])


@pytest.fixture(scope="module")
def cara(platform: dict[str, Any], admin: Actor) -> Player:
    return appoint(platform, admin, "Cara")


def test_a_what_if_that_cannot_be_is_refused_by_name_and_starts_nothing(cara: Player) -> None:
    path = f"/programs/{program(cara)}/runs"

    def send(body: str) -> requests.Response:
        return cara.actor.call("POST", "matching", path, data=body, headers={"Content-Type": "application/json"})

    for body, pointer in WRONG.items():
        assert pointer in [error["pointer"] for error in said_what_to_do(send(body), 422)["errors"]], body
    for name in ("NaN", "Infinity"):
        told = said_what_to_do(send(f'{{"weights": {{"skills": {name}}}}}'), 400)
        assert f"{name} at /weights/skills is not JSON; write a number" in told["detail"]
    assert cara.actor.get("matching", path)["items"] == []


def test_of_a_failed_run_nothing_is_published_and_of_two_at_once_no_seat_is_given_twice(
    platform: dict[str, Any], admin: Actor, cara: Player
) -> None:
    with ThreadPoolExecutor(4) as side_by_side:
        ben, eve, *mentees = side_by_side.map(
            lambda name: employ(platform, admin, name), ("Ben", "Eve", *(f"Mentee{n}" for n in range(MENTEES)))
        )
    nobody = _started(cara, program(cara))
    program_id = program(cara, confirmation="none", locked=[[mentees[0].id, eve.id]])
    facts = _reader_of(platform, admin, program_id)
    enrol(cara, program_id, ben, "mentor")
    with ThreadPoolExecutor(4) as side_by_side:
        list(side_by_side.map(lambda one: enrol(cara, program_id, one, "mentee"), mentees))

    # Eve has no place in the program, so the locked pair cannot be.
    failed = _ended(cara, _started(cara, program_id))
    assert (failed["state"], failed["failure"]) == ("failed", "refused")
    assert all(problem["key"] == "locked" and problem["write"] for problem in failed["problems"])
    assert any(eve.id in problem["reason"] for problem in failed["problems"])
    for verb in ("publish", "discard", "solve", "cancel"):
        told = said_what_to_do(_verb(cara, failed["id"], verb), 409)
        assert told["detail"].endswith("Start another.")
    assert cara.actor.get("matching", f"/runs/{failed['id']}/proposals")["items"] == []

    # A pool of nobody has a result, too.
    empty = _ended(cara, nobody)
    assert (empty["state"], empty["figures"]["people"], empty["figures"]["pairs"]) == ("ready", 0, 0)

    # The mentor's profile comes after the place, which follows it.
    admin.put("profiles", f"/people/{ben.id}/profile", {"capacity": SEATS})
    places = f"/programs/{program_id}/enrolments"
    eventually(lambda: cara.actor.get("matching", places, role="mentor")["items"][0]["capacity"] == SEATS)
    _unlock(cara, program_id)
    runs = [_started(cara, program_id), _started(cara, program_id, seed=2)]
    for run in [_ended(cara, id) for id in runs]:
        assert (run["state"], run["pairs"]["to_publish"], run["figures"]["unmatched"]) == (
            "ready",
            SEATS,
            MENTEES - SEATS,
        )
    with ThreadPoolExecutor(6) as at_once:
        replies = list(at_once.map(lambda id: _verb(cara, id, "publish"), (*runs, nobody) * 3))
    for reply in replies:
        assert reply.ok or said_what_to_do(reply, 409)["title"] == "Already publishing"
    for run_id in (*runs, nobody):
        eventually(lambda run_id=run_id: _verb(cara, run_id, "publish").ok)
        assert _ended(cara, run_id, "published")["state"] == "published"
        for verb in ("cancel", "discard"):
            said_what_to_do(_verb(cara, run_id, verb), 409)
    counts = [cara.actor.get("matching", f"/runs/{id}")["pairs"] for id in runs]
    assert sum(one["published"] for one in counts) == sum(one["skipped"] for one in counts) == SEATS
    live = cara.actor.get("matching", "/mentorships", program_id=program_id)["items"]
    assert [one["mentor_id"] for one in live] == [ben.id] * SEATS
    assert len({one["mentee_ids"][0] for one in live}) == SEATS

    # And nothing else was told.
    told_of = eventually(lambda: found if (found := facts())["run.published"] == 2 else None)
    assert (told_of["run.failed"], told_of["run.ready"], told_of["run.cancelled"]) == (1, 2, 0)
    assert eventually(lambda: facts()["mentorship.started"]) == SEATS


def _started(cara: Player, program_id: str, **overrides: Any) -> str:
    return str(cara.actor.post("matching", f"/programs/{program_id}/runs", overrides)["id"])


def _ended(cara: Player, run_id: str, *states: str) -> dict[str, Any]:
    """The run once it is in one of these states, or else computed."""
    wanted: Sequence[str] = states or ("ready", "failed")

    def look() -> dict[str, Any] | None:
        run: dict[str, Any] = cara.actor.get("matching", f"/runs/{run_id}")
        return run if run["state"] in wanted else None

    return eventually(look)


def _verb(cara: Player, run_id: str, verb: str) -> requests.Response:
    return cara.actor.call("POST", "matching", f"/runs/{run_id}/{verb}", {})


def _unlock(cara: Player, program_id: str) -> None:
    path = f"/programs/{program_id}"
    etag = {"If-Match": cara.actor.call("GET", "matching", path).headers["ETag"]}
    assert cara.actor.call("PATCH", "matching", path, {"locked": []}, headers=etag).ok


def _reader_of(platform: dict[str, Any], admin: Actor, program_id: str) -> Any:
    """Counts what an integrator has read of a program, by `noun.action`."""
    client = admin.post(
        "profiles", "/clients", {"name": "Reader", "scopes": ["events:read"], "programs": [program_id]}
    )  # fmt: skip
    grant = {"grant_type": "client_credentials", "client_id": client["client_id"],
             "client_secret": client["client_secret"]}  # fmt: skip
    reply = requests.post(f"{platform['services']['profiles']}/v1/oauth/token", data=grant, timeout=15)
    reader = Actor(platform["services"], lambda: reply.json()["access_token"])

    def facts() -> Counter[str]:
        page = reader.get("notifications", "/events", limit=500)["items"]
        return Counter(".".join(item["type"].split(".")[2:4]) for item in page)

    return facts
