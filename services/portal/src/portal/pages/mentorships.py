"""My mentorships: the sessions of one, scheduling the next, resting and ending it."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import answers, calls, matching, times
from portal.pages.forms import Form, refused, typed, whole
from portal.pages.language import _
from portal.pages.steps import awaits, counterparts, over
from portal.pages.words import DECLINE_REASONS, END_REASONS

blueprint = Blueprint("mentorships", __name__)
LENGTHS = (30, 45, 60, 90)


@blueprint.get("/mentorships")
def every() -> str | Response:
    """All of one's mentorships; if there is but one, that one."""
    found, programs = calls.together(matching.mentorships, lambda: calls.part("matching", matching.programs, []))
    live = [one for one in found if one["state"] in ("proposed", "active", "paused")]
    if len(found) == 1:
        return redirect(url_for("mentorships.page", mentorship_id=found[0]["id"]))
    mine = calls.me()["id"]
    others = {one["id"]: counterparts(one, mine) for one in found}
    return render_template(
        "mentorships.html",
        live=live,
        ended=[one for one in found if one not in live],
        others=others,
        cards=calls.cards(id for ids in others.values() for id in ids),
        programs={program["id"]: program for program in programs},
    )


@blueprint.get("/mentorships/<mentorship_id>")
def page(mentorship_id: str) -> str:
    """One mentorship."""
    return _show(mentorship_id, Form(values=_suggested()))


@blueprint.post("/mentorships/<mentorship_id>/sessions")
def schedule(mentorship_id: str) -> str | Response | tuple[str, int]:
    """Schedule a session at a time meant in the person's zone."""
    values = typed("starts_at", "minutes", "agenda", "place")
    starts_at = times.typed_moment(values["starts_at"])
    if starts_at is None:
        form = Form(values=values, errors={"starts_at": _("Choose a day and a time.")})
        return _show(mentorship_id, form), 422
    body = {**values, "starts_at": starts_at.isoformat(), "minutes": whole(values["minutes"])}
    try:
        calls.post("feedback", f"/v1/mentorships/{mentorship_id}/sessions", body)
    except ServiceProblem as problem:
        return _show(mentorship_id, refused(problem, values)), 422
    flash(
        _("The session is planned for %(when)s. You both get an invitation.", when=times.moment(starts_at)), "success"
    )
    return redirect(url_for("mentorships.page", mentorship_id=mentorship_id), 303)


@blueprint.post("/mentorships/<mentorship_id>/confirm")
def confirm(mentorship_id: str) -> Response:
    """Say yes to a mentorship that is proposed."""
    mentorship = calls.post("matching", f"/v1/mentorships/{mentorship_id}/confirm")
    if mentorship["state"] == "active":
        words = _("You both said yes: your mentorship has begun. Find a date for a first session.")
    else:
        words = _("You said yes. As soon as the other does too, you are told.")
    flash(words, "success")
    return redirect(url_for("mentorships.page", mentorship_id=mentorship_id), 303)


@blueprint.post("/mentorships/<mentorship_id>/decline")
def decline(mentorship_id: str) -> Response:
    """Say no to a mentorship that is proposed; the other side never learns why."""
    calls.post("matching", f"/v1/mentorships/{mentorship_id}/decline", {"reason": request.form.get("reason", "")})
    flash(_("You said no. Thank you for answering: the place is free for somebody else."), "success")
    return redirect(url_for("home.page"), 303)


@blueprint.post("/mentorships/<mentorship_id>/<any(pause, resume):verb>")
def rest(mentorship_id: str, verb: str) -> Response:
    """Let it rest, or go on."""
    calls.post("matching", f"/v1/mentorships/{mentorship_id}/{verb}")
    flash(_("The mentorship rests.") if verb == "pause" else _("The mentorship goes on."), "success")
    return redirect(url_for("mentorships.page", mentorship_id=mentorship_id), 303)


@blueprint.post("/mentorships/<mentorship_id>/end")
def end(mentorship_id: str) -> Response:
    """End it; the other side reads only whether it was completed."""
    calls.post("matching", f"/v1/mentorships/{mentorship_id}/end", {"reason": request.form.get("reason", "")})
    flash(_("The mentorship is ended. Thank you for the time you gave it."), "success")
    return redirect(url_for("home.page"), 303)


def _show(mentorship_id: str, form: Form) -> str:
    mentorship = calls.get("matching", f"/v1/mentorships/{mentorship_id}")
    begun = mentorship["state"] not in ("proposed", "declined", "expired")
    mine = calls.me()["id"]
    people = (mentorship["mentor_id"], *mentorship["mentee_ids"])
    program, journey, why, known, private = calls.together(
        lambda: calls.found(lambda: calls.get("matching", f"/v1/programs/{mentorship['program_id']}"), None),
        lambda: matching.journey(mentorship_id) if begun else None,
        lambda: matching.why(mentorship) if mentorship["state"] == "proposed" else [],
        lambda: calls.cards(people),
        lambda: mine not in people and answers.are_there(),
    )
    others = counterparts(mentorship, mine)
    sessions = (journey or {}).get("sessions", [])
    now = times.now()
    planned = [one for one in sessions if one["state"] == "scheduled"]
    return render_template(
        "mentorship.html",
        form=form,
        mentorship=mentorship,
        program=program,
        journey=journey,
        begun=begun,
        why=why,
        awaits_me=awaits(mentorship, mine),
        others=others,
        is_participant=mine in people,
        private=private,
        cards=known,
        untold=[one for one in planned if over(one, now)],
        upcoming=[one for one in planned if not over(one, now)],
        past=sorted((one for one in sessions if one["state"] != "scheduled"), key=_starts_at, reverse=True),
        due={review["session_id"] for review in (journey or {}).get("reviews_due", [])},
        lengths=LENGTHS,
        reasons=END_REASONS,
        decline_reasons=DECLINE_REASONS,
    )


def _suggested() -> dict[str, Any]:
    """A week from now at a full hour of the working day, as a start for typing."""
    then = times.local(times.now()) + timedelta(days=7)
    return {"starts_at": then.replace(hour=10, minute=0).strftime("%Y-%m-%dT%H:%M"), "minutes": "45"}


def _starts_at(session: dict[str, Any]) -> str:
    return str(session["starts_at"])
