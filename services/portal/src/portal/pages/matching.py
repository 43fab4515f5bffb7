"""What several pages ask of programs, places, requests and mentorships."""

from functools import partial
from typing import Any

from portal.pages import calls
from portal.pages.reasons import reasons

LIVE = ("applied", "approved", "waitlisted", "paused")
TAKING_PART = ("open", "running")
# Each program costs a question of its own, so a page looks at so many at most.
MOST_PROGRAMS = 20


def programs() -> list[dict[str, Any]]:
    """Programs that are open or running, and one's own in any state."""
    return calls.every("matching", "/v1/programs")


def is_mine(program: dict[str, Any]) -> bool:
    """Whether the person manages the program."""
    return calls.me()["id"] in program.get("managers", ())


def own_places(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The person's live enrolments in these programs."""
    paths = [f"/v1/programs/{one['id']}/enrolments" for one in shown[:MOST_PROGRAMS] if one["state"] in TAKING_PART]
    mine = calls.me()["id"]
    found = calls.together(*(partial(calls.every, "matching", path, person_id=mine) for path in paths))
    return [place for places in found for place in places if place["state"] in LIVE]


def requests(direction: str, state: str | None = None) -> list[dict[str, Any]]:
    """The person's requests, `incoming` or `outgoing`."""
    query: dict[str, Any] = {"direction": direction} | ({"state": state} if state else {})
    return calls.every("matching", "/v1/requests", **query)


def mentorships() -> list[dict[str, Any]]:
    """The person's own, whatever their state, the newest first."""
    found = calls.every("matching", "/v1/mentorships")
    mine = calls.me()["id"]
    own = [one for one in found if mine == one["mentor_id"] or mine in one["mentee_ids"]]
    return sorted(own, key=lambda one: one["started_at"], reverse=True)


def why(mentorship: dict[str, Any]) -> list[str]:
    """Why the mentor was proposed to the signed-in mentee; nothing for anybody else, nor where it is not known now."""
    mine, mentor = calls.me()["id"], mentorship["mentor_id"]
    if mine not in mentorship["mentee_ids"]:
        return []
    path = f"/v1/programs/{mentorship['program_id']}/explanation"
    ask = lambda: calls.found(lambda: calls.get("matching", path, mentee=mine, mentor=mentor), None)  # noqa: E731
    told = calls.part("matching", ask, None)
    return reasons(told["match"]) if told and told["match"] else []


def journey(mentorship_id: str) -> dict[str, Any] | None:
    """The journey of a mentorship; None while it is on its way to where journeys are kept."""
    ask = lambda: calls.found(lambda: calls.get("feedback", f"/v1/mentorships/{mentorship_id}/journey"), None)  # noqa: E731
    held: dict[str, Any] | None = calls.part("feedback", ask, None)
    return held
