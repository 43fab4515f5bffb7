"""Well-formed commands for tests to spoil, what people see of them, and how a refusal has to be told."""

import json
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from platform_client import Actor
from staged import Player, Stage

SERVICES = ("profiles", "matching", "feedback", "notifications")
UNKNOWN = "01JZZZZZZZZZZZZZZZZZZZZZZZ"


@dataclass(frozen=True)
class Command:
    """One well-formed command that the tests spoil."""

    service: str
    actor: str
    method: str
    path: str
    good: dict[str, Any]
    if_match: str | None = None


def commands(stage: Stage) -> list[Command]:
    """At least two of each service: one that creates or does, one that replaces; what they name bears `_mark`."""
    mark = _mark(stage)
    days = {"starts_on": "2031-01-01", "ends_on": "2031-06-30"}
    soon = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    session = {"starts_at": soon, "minutes": 45, "agenda": "a", "place": "b"}
    offer = {"skill": "Go", "level": 3}
    profile = {
        "skills_offered": [offer], "skills_wanted": ["Rust"], "goals": ["Focus"], "helps_with": [], "capacity": 2,
        "availability": [{"day": "mon", "start": "09:00", "end": "10:00"}], "bio": "b", "opted_out": False,
        "avoid": [], "consent": {"photo": True},
    }  # fmt: skip
    person = {
        "external_id": "x", "email": "bad@example.org", "name": f"Bad {mark}", "title": "t", "department": "d",
        "level": 3, "site": "s", "remote": True, "manager_id": None, "time_zone": "Europe/Berlin", "languages": ["en"],
        "attributes": {"team": "red"},
    }  # fmt: skip
    terms = {
        "name": f"P {mark}", "kind": "one_to_one", **days, "time_zone": "Europe/Berlin", "managers": [], "floor": 1.5,
        "seed": 7, "requests": {"answer_within": "P7D"}, "places": {"mentor": 5}, "locked": [], "as_of": "2031-01-01",
    }  # fmt: skip
    return [
        Command("profiles", "admin", "POST", "/people", person),
        Command("profiles", "ana", "PUT", f"/people/{stage.ana.id}/profile", profile, "*"),
        Command("profiles", "admin", "POST", "/clients", {"name": f"c {mark}", "scopes": ["events:read"]}),
        Command("profiles", "admin", "POST", "/skills", {"name": f"n {mark}", "synonyms": [f"m {mark}"]}),
        Command("matching", "cara", "POST", "/programs", terms),
        Command("matching", "cara", "PATCH", f"/programs/{stage.program_id}", terms, "*"),
        Command("matching", "eve", "POST", f"/programs/{stage.program_id}/enrolments", {"role": "mentee"}),
        Command("matching", "ana", "POST", "/requests",
                {"program_id": stage.program_id, "mentor_id": stage.ben.id, "message": "m"}),
        Command("matching", "ben", "POST", f"/mentorships/{stage.mentorship_id}/end", {"reason": "not_a_fit"}),
        Command("feedback", "ana", "POST", f"/mentorships/{stage.mentorship_id}/sessions", session),
        Command("feedback", "ana", "PATCH", f"/sessions/{stage.session_id}", {"agenda": "a", "notes": "n"}, "*"),
        Command("feedback", "ana", "POST", f"/sessions/{stage.session_id}/reschedule",
                {"starts_at": soon, "minutes": 30}),
        Command("feedback", "ana", "PUT", f"/sessions/{stage.session_id}/review", {"rating": 5, "comment": "c"}, "*"),
        Command("feedback", "ana", "PUT", f"/mentorships/{stage.mentorship_id}/agreement",
                {"aims": "a", "meeting": "m"}, "*"),
        Command("notifications", "ana", "PUT", "/preferences", {"kinds": {"request_received": {"email": True}}}, "*"),
        Command("notifications", "ana", "POST", f"/messages/{stage.message_id}/read", {}),
    ]  # fmt: skip


def of(stage: Stage, service: str) -> list[Command]:
    return [command for command in commands(stage) if command.service == service]


def state(stage: Stage, service: str) -> list[Any]:
    """What the service's people see of everything that the commands touch, and of nothing that other tests add."""
    ana, cara, eve = stage.ana.actor, stage.cara.actor, stage.eve.actor
    shared = {
        "profiles": [(stage.admin, "/people"), (stage.admin, "/clients"), (ana, "/skills")],
        "matching": [(cara, "/programs")],
    }.get(service, [])  # fmt: skip
    seen = {
        "profiles": [(ana, "/me"), (ana, f"/people/{stage.ana.id}/profile")],
        "matching": [
            (cara, f"/programs/{stage.program_id}"),
            (cara, f"/programs/{stage.program_id}/enrolments"), (eve, f"/programs/{stage.program_id}/enrolments"),
            (ana, "/requests?direction=outgoing"), (ana, f"/mentorships/{stage.mentorship_id}"),
        ],
        "feedback": [
            (ana, f"/mentorships/{stage.mentorship_id}/journey"), (ana, f"/sessions/{stage.session_id}/review"),
        ],
        "notifications": [(ana, "/preferences"), (ana, "/inbox"), (ana, "/deliveries")],
    }[service]  # fmt: skip
    marked = [_marked(stage, actor, service, path) for actor, path in shared]
    return marked + [actor.get(service, path) for actor, path in seen]


def _mark(stage: Stage) -> str:
    """What only this stage's commands put in a name."""
    return stage.program_id.removeprefix("prg_").lower()


def _marked(stage: Stage, actor: Actor, service: str, path: str) -> list[Any]:
    """Of a collection that everybody's tests add to, what this stage's commands made."""
    found: list[Any] = []
    page = actor.get(service, path, limit=100)
    while True:
        found += [item for item in page["items"] if _mark(stage) in json.dumps(item).lower()]
        if page["next"] is None:
            return found
        page = actor.get(service, path, limit=100, cursor=page["next"])


def settled(stage: Stage, service: str) -> Any:
    """The state once what earlier tests told has arrived: three looks a second and a half apart see the same."""
    seen = [state(stage, service)]
    while len(seen) < 3 or seen[-1] != seen[-2] or seen[-2] != seen[-3]:
        time.sleep(1.5)
        seen.append(state(stage, service))
    return seen[-1]


def actor_of(stage: Stage, name: str) -> Actor:
    """Who of the stage acts under that name."""
    player = getattr(stage, name)
    actor: Actor = player.actor if isinstance(player, Player) else player
    return actor


def send(stage: Stage, command: Command, body: bytes, **headers: str) -> requests.Response:
    """The command with another body, other headers."""
    actor = actor_of(stage, command.actor)
    told = {
        "Authorization": f"Bearer {actor.token()}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
        **({"If-Match": command.if_match} if command.if_match else {}),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    url = f"{actor.services[command.service]}/v1{command.path}"
    return requests.request(command.method, url, data=body, headers=told, timeout=15)


def said_what_to_do(reply: requests.Response, *statuses: int) -> dict[str, Any]:
    """The reply is a problem document in words, of one of these statuses (any of the client's faults if none)."""
    where = f"{reply.request.method} {reply.url} {str(reply.request.body)[:300]} -> {reply.status_code} {reply.text}"
    assert reply.status_code in statuses if statuses else 400 <= reply.status_code < 500, where
    assert reply.headers["Content-Type"] == "application/problem+json", where
    told: dict[str, Any] = reply.json()
    assert told["status"] == reply.status_code, where
    assert told["type"].startswith("https://"), where
    assert told["title"], where
    assert len(told["detail"].split()) >= 4, where
    assert "Traceback" not in reply.text, where
    assert len(reply.text) < 20_000, where
    return told
