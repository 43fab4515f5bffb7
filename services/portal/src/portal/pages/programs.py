"""Programs: applying to one; for their managers creating, opening, starting, deciding and watching."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import answers, calls, matching
from portal.pages.forms import Form, refused, typed
from portal.pages.language import N_, _
from portal.pages.refusals import refusal
from portal.pages.words import KINDS, LEVELS

blueprint = Blueprint("programs", __name__)
# A page is for people to read; what is beyond comes up as the first are dealt with.
MOST_ROWS = 30
MOST_RUNS = 3

_MOVED = {
    "open": N_("The program is open: people can apply."),
    "start": N_("The program runs."),
    "close": N_("The program is closing: nothing new starts, and its mentorships end."),
}
_DECIDED = {
    "approve": N_("Approved."),
    "reject": N_("Not accepted."),
    "waitlist": N_("Put on the waiting list."),
}


@blueprint.get("/programs")
def every() -> str:
    """What one can take part in, and what one manages."""
    programs = matching.programs()
    places: dict[str, list[dict[str, Any]]] = {}
    for place in matching.own_places(programs):
        places.setdefault(place["program_id"], []).append(place)
    return render_template(
        "programs.html",
        managed=[program for program in programs if matching.is_mine(program)],
        offered=[program for program in programs if program["state"] in matching.TAKING_PART],
        places=places,
    )


@blueprint.get("/programs/new")
def new() -> str:
    """A form for a new program."""
    if not calls.is_manager():
        abort(403)
    usual = {"kind": "one_to_one", "confirmation": "both", "confirm_within": "7"}
    return render_template("program_new.html", form=Form(values=usual), kinds=KINDS)


@blueprint.post("/programs/new")
def create() -> str | Response | tuple[str, int]:
    """Create it as a draft."""
    values = typed("name", "kind", "starts_on", "ends_on", "description", "approval", "confirmation", "confirm_within")
    body: dict[str, Any] = {name: value for name, value in values.items() if value}
    if (days := values["confirm_within"]).isdigit():
        body["confirm_within"] = f"P{int(days)}D"
    body["time_zone"] = calls.me().get("time_zone") or "UTC"
    if values["kind"] == "group":
        body["group"] = {"min": 2, "max": 6}
    try:
        program = calls.post("matching", "/v1/programs", body)
    except ServiceProblem as problem:
        return render_template("program_new.html", form=refused(problem, values), kinds=KINDS), 422
    flash(_("The program is a draft. Open it when people may apply."), "success")
    return redirect(url_for("programs.page", program_id=program["id"]), 303)


@blueprint.get("/programs/<program_id>")
def page(program_id: str) -> str:
    """One program: the cockpit for its managers, an invitation for everybody else."""
    program = calls.get("matching", f"/v1/programs/{program_id}")
    if not matching.is_mine(program):
        return render_template("program.html", program=program, places=matching.own_places([program]))
    places, cockpit, private = calls.together(
        lambda: matching.own_places([program]), lambda: _cockpit(program_id), answers.are_there
    )
    return render_template("cockpit.html", program=program, places=places, private=private, **cockpit)


@blueprint.post("/programs/<program_id>/apply")
def apply(program_id: str) -> Response:
    """Ask for a place."""
    place = calls.post("matching", f"/v1/programs/{program_id}/enrolments", {"role": request.form.get("role", "")})
    words = _("You are in.") if place["state"] == "approved" else _("Your application is with the program's managers.")
    flash(words, "success")
    return redirect(url_for("home.page"), 303)


@blueprint.post("/enrolments/<enrolment_id>/withdraw")
def withdraw(enrolment_id: str) -> Response:
    """Give one's own place up."""
    calls.post("matching", f"/v1/enrolments/{enrolment_id}/withdraw")
    flash(_("You gave up your place."), "success")
    return redirect(url_for("programs.every"), 303)


@blueprint.post("/programs/<program_id>/<any(open, start, close):verb>")
def move(program_id: str, verb: str) -> Response:
    """Move a program on."""
    calls.post("matching", f"/v1/programs/{program_id}/{verb}")
    flash(_(_MOVED[verb]), "success")
    return redirect(url_for("programs.page", program_id=program_id), 303)


@blueprint.post("/programs/<program_id>/enrolments")
def decide(program_id: str) -> Response:
    """Decide about one application, or about those that were ticked; each by itself, so one refusal stops none."""
    verb = request.form.get("verb", "")
    if verb not in _DECIDED:
        abort(400)
    done = 0
    for enrolment_id in request.form.getlist("enrolment")[:100]:
        try:
            calls.services().send(calls.tokens(), "POST", "matching", f"/v1/enrolments/{enrolment_id}/{verb}")
            done += 1
        except ServiceProblem as problem:
            if problem.status >= 500:
                raise
            flash(refusal(problem), "error")
    if done:
        flash(_(_DECIDED[verb]), "success")
    elif not request.form.getlist("enrolment"):
        flash(_("Tick at least one application first."), "error")
    return redirect(url_for("programs.page", program_id=program_id, _anchor="applications"), 303)


def _cockpit(program_id: str) -> dict[str, Any]:
    path, every = f"/v1/programs/{program_id}", calls.every
    enrolments, mentorships, asked, runs, health = calls.together(
        lambda: every("matching", f"{path}/enrolments", most=2000),
        lambda: every("matching", "/v1/mentorships", most=2000, program_id=program_id),
        lambda: calls.get("matching", f"{path}/requests", state="pending", limit=MOST_ROWS),
        lambda: calls.get("matching", f"{path}/runs", limit=MOST_RUNS)["items"],
        lambda: calls.part(
            "feedback", lambda: calls.found(lambda: every("feedback", f"{path}/health", most=2000), []), []
        ),
    )
    by_mentorship = {one["mentorship_id"]: one for one in health}
    live = [one for one in mentorships if one["state"] in ("proposed", "active", "paused")]
    urgency = {"silent": 0, "at_risk": 1, "steady": 2, "thriving": 3}
    live.sort(key=lambda one: (urgency.get(by_mentorship.get(one["id"], {}).get("level", ""), 4), one["started_at"]))
    applied = sorted((one for one in enrolments if one["state"] == "applied"), key=lambda one: str(one["applied_at"]))
    waitlisted = [one for one in enrolments if one["state"] == "waitlisted"][:MOST_ROWS]
    shown = live[:MOST_ROWS]
    return {
        "applied": applied[:MOST_ROWS],
        "applied_in_all": len(applied),
        "waitlisted": waitlisted,
        "waiting": asked["items"],
        "runs": runs,
        "more_waiting": bool(asked["next"]),
        "mentorships": shown,
        "live": len(live),
        "ended": sum(1 for one in mentorships if one["state"] == "ended"),
        "health": by_mentorship,
        "levels": [(level, sum(1 for one in health if one["level"] == level)) for level in LEVELS],
        "funnel": _funnel(enrolments, mentorships),
        "cards": calls.cards(
            [one["person_id"] for one in (*applied[:MOST_ROWS], *waitlisted)]
            + [id for one in asked["items"] for id in (one["mentor_id"], one["mentee_id"])]
            + [id for one in shown for id in (one["mentor_id"], *one["mentee_ids"])]
        ),
    }


def _funnel(enrolments: list[dict[str, Any]], mentorships: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """How many mentees came how far: applied, approved, with a mentor, completed."""
    mentees = [one for one in enrolments if one["role"] == "mentee" and one["state"] not in ("rejected", "withdrawn")]
    paired = {id for one in mentorships for id in one["mentee_ids"]}
    completed = {id for one in mentorships if one.get("outcome") == "completed" for id in one["mentee_ids"]}
    return [
        (_("Applied"), len(mentees)),
        (_("Approved"), sum(1 for one in mentees if one["state"] in ("approved", "paused"))),
        (_("With a mentor"), len(paired)),
        (_("Completed"), len(completed)),
    ]
