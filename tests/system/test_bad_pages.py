"""Limits and cursors that cannot be, or that are another list's, are refused."""

import pytest
import requests
from spoiling import SERVICES, actor_of, said_what_to_do
from staged import Stage

pytestmark = pytest.mark.stack

LISTS = {
    "profiles": ("admin", ("/people", "/clients", "/skills", "/themes")),
    "matching": ("ana", ("/programs", "/requests", "/programs/{program}/enrolments", "/mentorships")),
    "feedback": ("ana", ("/mentorships/{mentorship}/sessions",)),
    "notifications": ("ana", ("/inbox", "/deliveries")),
}


@pytest.mark.parametrize("service", SERVICES)
def test_a_page_that_cannot_be_is_refused(stage: Stage, service: str) -> None:
    name, paths = LISTS[service]
    actor = actor_of(stage, name)
    limits = ("-1", "0", "101", "x", "1.5", "", "1e2", "5_0", "\u0663", "9" * 5000, "000000001" + "9" * 20, "\x00")
    cursors = ("x", "e30.x", "..", "é", "\x00", "x" * 5000, "eyJpZCI6IngifQ.AAAA", "." * 50)
    for path in paths:
        path = path.format(program=stage.program_id, mentorship=stage.mentorship_id)
        for limit in limits:
            said_what_to_do(actor.call("GET", service, path, params={"limit": limit}), 422)
        for cursor in cursors:
            said_what_to_do(actor.call("GET", service, path, params={"cursor": cursor}), 422)
        said_what_to_do(actor.call("GET", service, path, params={"no-such": "1"}), 422)


def test_the_cursor_of_another_list_is_refused(stage: Stage) -> None:
    client = stage.admin.post("profiles", "/clients", {"name": "Reader", "scopes": ["events:read"]})
    grant = {"grant_type": "client_credentials", "client_id": client["client_id"],
             "client_secret": client["client_secret"]}  # fmt: skip
    reply = requests.post(f"{stage.admin.services['profiles']}/v1/oauth/token", data=grant, timeout=15)
    bearer = {"Authorization": f"Bearer {reply.json()['access_token']}"}
    feed = requests.get(f"{stage.admin.services['notifications']}/v1/events", headers=bearer, timeout=15).json()["next"]
    skills = stage.admin.get("profiles", "/skills", limit=1)["next"]
    for cursor in filter(None, (feed, skills)):
        for service, (name, paths) in LISTS.items():
            actor = actor_of(stage, name)
            for path in paths:
                path = path.format(program=stage.program_id, mentorship=stage.mentorship_id)
                if cursor != skills or path != "/skills":
                    said_what_to_do(actor.call("GET", service, path, params={"cursor": cursor}), 422)
        path = f"/programs/{stage.program_id}/health"
        said_what_to_do(stage.cara.actor.call("GET", "feedback", path, params={"cursor": cursor}), 422)
