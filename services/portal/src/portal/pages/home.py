"""Home: the one next step, then the mentorships, the next session and what waits."""

from typing import Any

from flask import Blueprint, render_template, session

from portal.pages import calls, frame, matching, steps, times
from portal.pages.sign_in import known
from portal.pages.steps import STAGES, Standing, counterparts

blueprint = Blueprint("home", __name__)
MOST_NOTICES = 4


@blueprint.get("/")
def page() -> str:
    """Home."""
    _refresh_me()
    standing, cockpit = stand()
    step = steps.next_step(standing, times.now())
    notices = frame.newest_notices(MOST_NOTICES)
    people = {step.person_id or ""}
    for mentorship in standing.mentorships:
        people.update(counterparts(mentorship, standing.person_id))
    for request in (*standing.incoming, *standing.outgoing):
        people.update((request["mentor_id"], request["mentee_id"]))
    return render_template(
        "home.html",
        step=step,
        stages=STAGES,
        stage=steps.stage(standing),
        standing=standing,
        cards=calls.cards(people),
        programs={program["id"]: program for program in standing.programs},
        upcoming=_upcoming(standing),
        others={one["id"]: counterparts(one, standing.person_id) for one in standing.mentorships},
        notices=notices,
        cockpit=cockpit,
        greeting=times.greeting(),
        now=times.now(),
    )


def stand() -> tuple[Standing, list[dict[str, Any]]]:
    """Where the signed-in person stands, and the figures of what they manage, as far as the services answer."""
    ask = calls.part
    programs = ask("matching", matching.programs, [])
    mentorships = [
        one for one in ask("matching", matching.mentorships, []) if one["state"] in ("proposed", "active", "paused")
    ]
    journeys = {one["id"]: matching.journey(one["id"]) for one in mentorships}
    managed = [program for program in programs if matching.is_mine(program) and program["state"] != "closed"]
    cockpit = [_figures(program) for program in managed[: matching.MOST_PROGRAMS]]
    standing = Standing(
        person_id=calls.me()["id"],
        has_profile=bool(calls.me().get("has_profile")),
        programs=tuple(programs),
        places=tuple(ask("matching", lambda: matching.own_places(programs), [])),
        incoming=tuple(ask("matching", lambda: matching.requests("incoming", "pending"), [])),
        outgoing=tuple(ask("matching", lambda: matching.requests("outgoing", "pending"), [])),
        mentorships=tuple(mentorships),
        journeys={id: journey for id, journey in journeys.items() if journey is not None},
        to_decide={one["program"]["id"]: one["waiting"] for one in cockpit},
    )
    return standing, cockpit


def _refresh_me() -> None:
    """Roles, language and time zone may have changed since sign-in."""
    person = calls.part("profiles", lambda: calls.get("profiles", "/v1/me"), None)
    if person is not None and known(person) != session["person"]:
        session["person"] = known(person)


def _upcoming(standing: Standing) -> list[dict[str, Any]]:
    planned = [one for id in standing.journeys for one in standing.sessions(id, "scheduled")]
    return sorted(planned, key=lambda one: str(one["starts_at"]))


def _figures(program: dict[str, Any]) -> dict[str, Any]:
    """A program's short figures for its manager."""
    path = f"/v1/programs/{program['id']}"
    enrolments = calls.part("matching", lambda: calls.every("matching", f"{path}/enrolments"), [])
    health = calls.part("feedback", lambda: calls.found(lambda: calls.every("feedback", f"{path}/health"), []), [])
    return {
        "program": program,
        "waiting": sum(1 for one in enrolments if one["state"] == "applied"),
        "approved": sum(1 for one in enrolments if one["state"] == "approved"),
        "mentorships": len(health),
        "stuck": sum(1 for one in health if one["level"] in ("at_risk", "silent")),
    }
