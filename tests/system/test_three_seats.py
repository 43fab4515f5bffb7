"""Twenty mentees, one mentor with three seats, every acceptance sent ten times at once: three mentorships result."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from platform_client import eventually
from staged import Player, appoint, employ, enrol, program, publish, signed_in

pytestmark = pytest.mark.stack

MENTEES, SEATS, REPEATS, AT_ONCE = 20, 3, 10, 24


def test_twenty_ask_for_three_seats_and_three_get_one(platform: dict[str, Any]) -> None:
    admin = signed_in(platform, platform["people"]["people_admin"])
    cara = appoint(platform, admin, "Cara")
    ben = employ(platform, admin, "Ben")
    publish(ben, capacity=SEATS)
    with ThreadPoolExecutor(4) as side_by_side:
        mentees = list(side_by_side.map(lambda n: employ(platform, admin, f"Mentee{n}"), range(MENTEES)))
    program_id = program(cara, requests={"open_per_mentor": MENTEES})
    enrol(cara, program_id, ben, "mentor", capacity=SEATS)
    with ThreadPoolExecutor(4) as side_by_side:
        list(side_by_side.map(lambda one: enrol(cara, program_id, one, "mentee"), mentees))
    cara.actor.post("matching", f"/programs/{program_id}/start")

    def ask(mentee: Player) -> str:
        body = {"program_id": program_id, "mentor_id": ben.id}
        return str(mentee.actor.post("matching", "/requests", body)["id"])

    with ThreadPoolExecutor(4) as side_by_side:
        asked = list(side_by_side.map(ask, mentees))

    # Requests side by side, not one after the other: the tenth acceptance of the first meets the first of the last.
    ben.actor.token()
    acceptances = [asked[n % MENTEES] for n in range(MENTEES * REPEATS)]
    with ThreadPoolExecutor(AT_ONCE) as at_once:
        replies = list(
            at_once.map(lambda id: ben.actor.call("POST", "matching", f"/requests/{id}/accept", {}), acceptances)
        )

    for reply in replies:
        _is_clear(reply)
    won = {reply.json()["id"]: reply.json()["mentorship_id"] for reply in replies if reply.ok}
    assert len(won) == len(set(won.values())) == SEATS

    # The truth, its projection and its messages come to the same.
    listed = ben.actor.get("matching", "/mentorships", program_id=program_id, limit=100)["items"]
    assert {one["id"]: one["state"] for one in listed} == dict.fromkeys(won.values(), "active")
    states = Counter(
        request["state"] for request in ben.actor.get("matching", "/requests", direction="incoming", limit=100)["items"]
    )
    assert states == {"accepted": SEATS, "superseded": MENTEES - SEATS}
    health = f"/programs/{program_id}/health"
    journeys = eventually(lambda: found if len(found := cara.actor.get("feedback", health)["items"]) >= SEATS else None)
    assert {one["mentorship_id"] for one in journeys} == set(won.values())

    def told() -> list[str] | None:
        kinds = [item["kind"] for item in ben.actor.get("notifications", "/inbox", limit=100)["items"]]
        return kinds if kinds.count("mentorship_started") >= SEATS else None

    assert eventually(told).count("mentorship_started") == SEATS
    for mentee, request_id in zip(mentees, asked, strict=True):
        mine = mentee.actor.get("matching", "/mentorships", program_id=program_id)["items"]
        assert [one["id"] for one in mine] == ([won[request_id]] if request_id in won else [])


def _is_clear(reply: requests.Response) -> None:
    """An acceptance, or a problem that says why not."""
    if reply.ok:
        assert reply.status_code == 200, reply.text
        assert reply.json()["state"] == "accepted", reply.text
        return
    assert reply.status_code in (409, 503), reply.text
    assert reply.headers["Content-Type"] == "application/problem+json", reply.text
    assert reply.json()["type"].rpartition("/")[2] in ("no-seat-left", "wrong-state", "too-busy"), reply.text
    assert reply.json()["detail"], reply.text
