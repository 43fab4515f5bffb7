"""Whom the identity provider or HR ends is refused everywhere within seconds, and comes back as the same person."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests
from platform_client import Actor, eventually
from staged import signed_in

pytestmark = pytest.mark.stack

WITHIN_SECONDS = 5.0
DOORS = (
    ("profiles", "/me"),
    ("matching", "/programs"),
    ("feedback", "/mentorships/mnt_none/journey"),
    ("notifications", "/inbox"),
)
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


class Provider:
    """The organisation's identity provider, provisioning by client credentials."""

    def __init__(self, platform: dict[str, Any], admin: Actor) -> None:
        self.url = platform["services"]["profiles"]
        client = admin.post("profiles", "/clients", {"name": "Provider", "scopes": ["people:write"]})
        form = {
            "grant_type": "client_credentials",
            "client_id": client["client_id"],
            "client_secret": client["client_secret"],
        }
        token = requests.post(f"{self.url}/v1/oauth/token", data=form, timeout=15).json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}

    def make(self, email: str) -> str:
        body = {"schemas": [USER], "userName": email, "displayName": "Ana Scim", "externalId": email}
        reply = requests.post(f"{self.url}/scim/v2/Users", json=body, headers=self.headers, timeout=15)
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    def activate(self, id: str, active: str) -> None:
        operation = {"op": "Replace", "path": "active", "value": active}
        body = {"schemas": [PATCH], "Operations": [operation]}
        reply = requests.patch(f"{self.url}/scim/v2/Users/{id}", json=body, headers=self.headers, timeout=15)
        assert reply.status_code in (200, 204), reply.text


def doors(actor: Actor) -> dict[str, int]:
    return {service: actor.call("GET", service, path).status_code for service, path in DOORS}


def refused_within(actor: Actor, seconds: float) -> float:
    """How long until every service refuses; the token itself would be good for minutes."""
    began = time.monotonic()
    while set(doors(actor).values()) != {401}:
        assert time.monotonic() - began < seconds, doors(actor)
        time.sleep(0.1)
    return time.monotonic() - began


def import_file(admin: Actor, text: str, mode: str) -> None:
    """Import a file and wait for its end."""
    url = f"{admin.services['profiles']}/v1/imports"
    headers = {
        "Authorization": f"Bearer {admin.token()}",
        "Content-Type": "text/csv",
        "Idempotency-Key": str(uuid.uuid4()),
    }
    query = {"mode": mode, "apply": "true"}
    made = requests.post(url, data=text.encode(), headers=headers, params=query, timeout=15)
    assert made.status_code == 201, made.text
    path = f"/imports/{made.json()['id']}"
    held = eventually(lambda: one if (one := admin.get("profiles", path))["finished_at"] else None)
    assert held["state"] == "completed", held
    assert held["done"]["refused"] == held["planned"]["refused"] == 0


@pytest.mark.parametrize("way", ["scim", "file"])
def test_a_leaver_is_refused_everywhere_and_comes_back_as_the_same_person(platform: dict[str, Any], way: str) -> None:
    admin = signed_in(platform, platform["people"]["people_admin"])
    provider = Provider(platform, admin)
    email = f"ana.{uuid.uuid4().hex[:10]}@example.org"
    id = provider.make(email)
    ana = signed_in(platform, email)
    eventually(lambda: 401 not in doors(ana).values())
    status: Callable[[str], None] = {
        "scim": lambda word: provider.activate(id, {"left": "False", "active": "True"}[word]),
        "file": lambda word: import_file(admin, f"external_id,status\n{email},{word}\n", "changes"),
    }[way]

    status("left")
    assert refused_within(ana, WITHIN_SECONDS) < WITHIN_SECONDS

    status("active")
    # The old session stays ended; a new sign-in is the same person.
    again = signed_in(platform, email)
    assert eventually(lambda: me if (me := again.get("profiles", "/me"))["status"] == "active" else None)["id"] == id
    eventually(lambda: 401 not in doors(again).values())
