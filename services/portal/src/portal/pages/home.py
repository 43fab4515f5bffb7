"""Home: the one next step, then the mentorships, the next session and what waits."""

from functools import partial
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
    standing, cockpit, notices = stand()
    step = steps.next_step(standing, times.now())
    people = {step.person_id or ""}
    for mentorship in standing.mentorships:
        people.update(counterparts(mentorship, standing.person_id))
    for request in (*standing.incoming, *standing.outgoing):
        people.update((request["mentor_id"], request["mentee_id"]))
    return render_template(
        "home.html",
        step=step,
        why=matching.why(step.mentorship) if step.kind == "confirm" and step.mentorship else [],
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


def stand() -> tuple[Standing, list[dict[str, Any]], list[dict[str, Any]]]:
    """Where the signed-in person stands, the figures of what they manage and the newest notices, as far as known."""
    part, together = calls.part, calls.together
    person, programs, found, incoming, outgoing, notices = together(
        lambda: part("profiles", lambda: calls.get("profiles", "/v1/me"), None),
        lambda: part("matching", matching.programs, []),
        lambda: part("matching", matching.mentorships, []),
        lambda: part("matching", lambda: matching.requests("incoming", "pending"), []),
        lambda: part("matching", lambda: matching.requests("outgoing", "pending"), []),
        lambda: frame.newest_notices(MOST_NOTICES),
    )
    _refresh_me(person)
    mentorships = [one for one in found if one["state"] in ("proposed", "active", "paused")]
    managed = [program for program in programs if matching.is_mine(program) and program["state"] != "closed"]
    places, journeys, cockpit = together(
        lambda: part("matching", lambda: matching.own_places(programs), []),
        lambda: together(*(partial(matching.journey, one["id"]) for one in mentorships if one["state"] != "proposed")),
        lambda: together(*(partial(_figures, program) for program in managed[: matching.MOST_PROGRAMS])),
    )
    standing = Standing(
        person_id=calls.me()["id"],
        has_profile=bool(calls.me().get("has_profile")),
        programs=tuple(programs),
        places=tuple(places),
        incoming=tuple(incoming),
        outgoing=tuple(outgoing),
        mentorships=tuple(mentorships),
        journeys={one["mentorship_id"]: one for one in journeys if one is not None},
        to_decide={one["program"]["id"]: one["waiting"] for one in cockpit},
    )
    return standing, cockpit, notices


def _upcoming(standing: Standing) -> list[dict[str, Any]]:
    planned = [one for id in standing.journeys for one in standing.sessions(id, "scheduled")]
    return sorted(planned, key=lambda one: str(one["starts_at"]))


def _figures(program: dict[str, Any]) -> dict[str, Any]:
    """A program's short figures for its manager."""
    path = f"/v1/programs/{program['id']}"
    every, part = calls.every, calls.part
    waiting, approved, health = calls.together(
        lambda: part("matching", lambda: every("matching", f"{path}/enrolments", state="applied"), []),
        lambda: part("matching", lambda: every("matching", f"{path}/enrolments", state="approved"), []),
        lambda: part("feedback", lambda: calls.found(lambda: every("feedback", f"{path}/health"), []), []),
    )
    return {
        "program": program,
        "waiting": len(waiting),
        "approved": len(approved),
        "mentorships": len(health),
        "stuck": sum(1 for one in health if one["level"] in ("at_risk", "silent")),
    }


def _refresh_me(person: dict[str, Any] | None) -> None:
    """Roles, language and time zone may have changed since sign-in."""
    if person is not None and known(person) != session["person"]:
        session["person"] = known(person)
