"""One session: its agenda and notes, another date, what came of it, and the reviews."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls, times
from portal.pages.forms import Form, refused, typed, whole
from portal.pages.language import N_, _
from portal.pages.mentorships import LENGTHS
from portal.pages.steps import counterparts, over

blueprint = Blueprint("sessions", __name__)

_NO_REVIEWS: dict[str, Any] = {"own": [], "received": []}
_DONE = {
    "hold": N_("Good that you met. How was it?"),
    "miss": N_("Noted: the session did not take place. Find a new date when you are ready."),
    "cancel": N_("The session is called off, and your calendars are told."),
}


@blueprint.get("/sessions/<session_id>")
def page(session_id: str) -> str:
    """One session."""
    return _show(session_id)


@blueprint.post("/sessions/<session_id>/reschedule")
def reschedule(session_id: str) -> str | Response | tuple[str, int]:
    """Move it to a time meant in the person's zone."""
    values = typed("starts_at", "minutes", "place")
    starts_at = times.typed_moment(values["starts_at"])
    if starts_at is None:
        return _show(session_id, moved=Form(values=values, errors={"starts_at": _("Choose a day and a time.")})), 422
    body = {**values, "starts_at": starts_at.isoformat(), "minutes": whole(values["minutes"])}
    try:
        calls.post("feedback", f"/v1/sessions/{session_id}/reschedule", body)
    except ServiceProblem as problem:
        return _show(session_id, moved=refused(problem, values)), 422
    flash(_("The session is now on %(when)s. Your calendars are told.", when=times.moment(starts_at)), "success")
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@blueprint.post("/sessions/<session_id>/<any(hold, miss, cancel):verb>")
def conclude(session_id: str, verb: str) -> Response:
    """Say what came of it."""
    calls.post("feedback", f"/v1/sessions/{session_id}/{verb}")
    flash(_(_DONE[verb]), "success")
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@blueprint.post("/sessions/<session_id>/words")
def describe(session_id: str) -> str | Response | tuple[str, int]:
    """Change agenda and notes of the version that was shown."""
    values = {name: text for name, text in typed("agenda", "place", "notes").items() if name in request.form}
    try:
        calls.patch("feedback", f"/v1/sessions/{session_id}", values, request.form.get("etag"))
    except ServiceProblem as problem:
        return _show(session_id, words=refused(problem, values)), 422
    flash(_("Your words are kept."), "success")
    return redirect(url_for("sessions.page", session_id=session_id), 303)


@blueprint.post("/sessions/<session_id>/review")
def review(session_id: str) -> str | Response | tuple[str, int]:
    """Give or change one's review."""
    values = typed("rating", "comment", "about", "etag")
    body: dict[str, Any] = {"rating": whole(values["rating"]), "comment": values["comment"]}
    if values["about"]:
        body["about"] = values["about"]
    if not values["rating"]:
        words = Form(values=values, errors={"rating": _("Choose one to five stars.")})
        return _show(session_id, reviewed=words), 422
    try:
        calls.put("feedback", f"/v1/sessions/{session_id}/review", body, values["etag"] or None)
    except ServiceProblem as problem:
        return _show(session_id, reviewed=refused(problem, values)), 422
    flash(_("Thank you. The other side can read it once both of you gave a review, or after 14 days."), "success")
    return redirect(url_for("sessions.page", session_id=session_id), 303)


def _show(
    session_id: str, *, moved: Form | None = None, words: Form | None = None, reviewed: Form | None = None
) -> str:
    held = calls.fetch("feedback", f"/v1/sessions/{session_id}")
    session = held.body
    mine = calls.me()["id"]
    is_participant = mine in (session["mentor_id"], *session["mentee_ids"])
    reviews, known, mentorship = calls.together(
        lambda: _reviews(session_id) if is_participant and session["state"] == "held" else _NO_REVIEWS,
        lambda: calls.cards([session["mentor_id"], *session["mentee_ids"]]),
        lambda: calls.found(lambda: calls.get("matching", f"/v1/mentorships/{session['mentorship_id']}"), None),
    )
    return render_template(
        "session.html",
        session=session,
        etag=held.etag,
        others=counterparts(session, mine),
        is_participant=is_participant,
        is_over=over(session, times.now()),
        cards=known,
        moved=moved or Form(values={**session, "starts_at": times.input_moment(session["starts_at"])}),
        words=words or Form(values=session),
        reviewed=reviewed,
        own=reviews["own"],
        received=reviews["received"],
        reviews_etag=reviews.get("etag"),
        lengths=sorted({*LENGTHS, session["minutes"]}),
        mentorship=mentorship,
    )


def _reviews(session_id: str) -> dict[str, Any]:
    held = calls.fetch("feedback", f"/v1/sessions/{session_id}/review")
    return {**held.body, "etag": held.etag}
