"""A program with its people in the running platform, as far along as a test about something else needs it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from platform_client import Actor, eventually, sign_in


@dataclass(frozen=True)
class Player:
    """Somebody of the story, signed in."""

    id: str
    actor: Actor


@dataclass(frozen=True)
class Stage:
    """Ana is mentored by Ben in Cara's program and has a session ahead; Eve works here and has no part in it."""

    admin: Actor
    ana: Player
    ben: Player
    cara: Player
    eve: Player
    program_id: str
    request_id: str
    mentorship_id: str
    session_id: str
    message_id: str


def signed_in(platform: dict[str, Any], email: str) -> Actor:
    """The person's actor; it signs in again before its token's five minutes are over."""
    held: list[tuple[datetime, str]] = []

    def token() -> str:
        if not held or datetime.now(UTC) > held[-1][0] + timedelta(minutes=4):
            held.append((datetime.now(UTC), sign_in(platform, email)))
        return held[-1][1]

    return Actor(platform["services"], token)


def employ(platform: dict[str, Any], admin: Actor, name: str, **facts: Any) -> Player:
    """Register somebody new."""
    mark = uuid.uuid4().hex[:10]
    email = f"{name.lower()}.{mark}@example.org"
    known = {"level": 3, "time_zone": "Europe/Berlin", "languages": ["en"], "remote": True}
    body = {"external_id": mark, "email": email, "name": f"{name} {mark}", **known}
    person = admin.post("profiles", "/people", {**body, **facts})
    return Player(person["id"], signed_in(platform, email))


def appoint(platform: dict[str, Any], admin: Actor, name: str) -> Player:
    """Register somebody who may create programs."""
    player = employ(platform, admin, name)
    admin.put("profiles", f"/people/{player.id}/roles", {"roles": ["program_manager"]})
    return player


def program(cara: Player, **terms: Any) -> str:
    """A program of Cara's that people may enrol in; its id."""
    today = date.today()  # noqa: DTZ011 - a program's dates are plain days
    days = {"starts_on": str(today), "ends_on": str(today + timedelta(days=180))}
    made = cara.actor.post("matching", "/programs", {"name": "Staged", "kind": "one_to_one", **days, **terms})
    cara.actor.post("matching", f"/programs/{made['id']}/open")
    return str(made["id"])


def enrol(cara: Player, program_id: str, player: Player, role: str, **terms: Any) -> str:
    """An approved place; its id."""
    path = f"/programs/{program_id}/enrolments"
    place = cara.actor.post("matching", path, {"role": role, "person_id": player.id, **terms})
    if place["state"] != "approved":
        cara.actor.post("matching", f"/enrolments/{place['id']}/approve")
    return str(place["id"])


def publish(player: Player, **parts: Any) -> None:
    """A profile, without which nobody is matched."""
    player.actor.put("profiles", f"/people/{player.id}/profile", parts)


def ask_everybody(admin: Actor) -> None:
    """A question of the organisation's own in every profile, `career_track`; asked once in a platform's life."""
    labels = {"expert": {"en": "Expert", "de": "Fachkraft"}, "lead": {"en": "Lead", "de": "Führung"}}
    admin.call(
        "POST",
        "profiles",
        "/profile-fields",
        {
            "key": "career_track",
            "kind": "choice",
            "label": {"en": "Career track", "de": "Laufbahn"},
            "options": [{"key": key, "label": label} for key, label in labels.items()],
            "visible": "card",
            "matched": True,
        },
    )
    assert admin.get("profiles", "/profile-fields/career_track")["retired"] is False


def projected(player: Player, service: str, path: str) -> Any:
    """What `path` answers, once the events that it needs have travelled."""
    look: Callable[[], Any] = lambda: player.actor.call("GET", service, path)  # noqa: E731
    return eventually(lambda: reply.json() if (reply := look()).ok else None)


def set_the_stage(platform: dict[str, Any]) -> Stage:
    """Everything up to a scheduled session, through the APIs."""
    admin = signed_in(platform, platform["people"]["people_admin"])
    ana, ben, eve = (employ(platform, admin, name) for name in ("Ana", "Ben", "Eve"))
    cara = appoint(platform, admin, "Cara")
    publish(ana, bio="Ana")
    publish(ben, bio="Ben", capacity=3)
    program_id = program(cara)
    for player, role in ((ana, "mentee"), (ben, "mentor")):
        enrol(cara, program_id, player, role)
    cara.actor.post("matching", f"/programs/{program_id}/start")
    asked = {"program_id": program_id, "mentor_id": ben.id, "message": "May I?"}
    request = ana.actor.post("matching", "/requests", asked)
    mentorship_id = ben.actor.post("matching", f"/requests/{request['id']}/accept")["mentorship_id"]
    projected(ana, "feedback", f"/mentorships/{mentorship_id}/journey")
    starts = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    path = f"/mentorships/{mentorship_id}/sessions"
    session = ana.actor.post("feedback", path, {"starts_at": starts, "minutes": 45})
    message = eventually(lambda: ana.actor.get("notifications", "/inbox")["items"])[0]
    return Stage(
        admin, ana, ben, cara, eve, program_id, request["id"], mentorship_id, session["id"], message["id"]
    )  # fmt: skip
