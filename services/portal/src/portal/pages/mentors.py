"""Find a mentor: people who fit and why, and asking one of them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls, matching, questions
from portal.pages.forms import Form, refused, typed
from portal.pages.language import _

blueprint = Blueprint("mentors", __name__)
MOST_SHOWN = 12


@blueprint.get("/mentors")
def page() -> str:
    """Those who fit best in one of the person's programs."""
    return _show(Form(), request.args.get("program"))


@blueprint.get("/mentors/<program_id>/<mentor_id>")
def person(program_id: str, mentor_id: str) -> str:
    """One mentor, with a form to ask them."""
    return _ask(Form(), program_id, mentor_id)


@blueprint.post("/mentors/<program_id>/<mentor_id>")
def ask(program_id: str, mentor_id: str) -> str | Response | tuple[str, int]:
    """Ask them."""
    values = typed("message")
    body = {"program_id": program_id, "mentor_id": mentor_id, "message": values["message"]}
    try:
        calls.post("matching", "/v1/requests", body)
    except ServiceProblem as problem:
        return _ask(refused(problem, values), program_id, mentor_id), 422
    card = calls.cards([mentor_id]).get(mentor_id, {})
    flash(_("Your request is on its way to %(name)s.", name=card.get("name") or _("your mentor")), "success")
    return redirect(url_for("requests.page"), 303)


def _show(form: Form, chosen: str | None) -> str:
    programs = [program for program in matching.programs() if program["state"] in matching.TAKING_PART]
    places = [place for place in matching.own_places(programs) if place["role"] == "mentee"]
    open_to_me = [place for place in places if place["state"] == "approved"]
    place = next((one for one in open_to_me if one["program_id"] == chosen), open_to_me[0] if open_to_me else None)
    by_id = {program["id"]: program for program in programs}
    found, waiting = (
        calls.together(lambda: _recommended(place["program_id"]), lambda: matching.requests("outgoing", "pending"))
        if place
        else ([], [])
    )
    people = {match["mentor_id"] for match in found} | {one["mentor_id"] for one in waiting}
    return render_template(
        "mentors.html",
        form=form,
        programs=[by_id[one["program_id"]] for one in open_to_me],
        program=by_id[place["program_id"]] if place else None,
        place=place,
        undecided=[by_id[one["program_id"]] for one in places if one["state"] in ("applied", "waitlisted")],
        offered=[program for program in programs if program["id"] not in {one["program_id"] for one in places}],
        matches=found,
        waiting=[one for one in waiting if place and one["program_id"] == place["program_id"]],
        cards=calls.cards(people),
        has_profile=calls.me().get("has_profile"),
    )


def _ask(form: Form, program_id: str, mentor_id: str) -> str:
    program, recommended, asked, known, own = calls.together(
        lambda: calls.get("matching", f"/v1/programs/{program_id}"),
        lambda: _recommended(program_id, 100),
        lambda: matching.requests("outgoing", "pending"),
        lambda: calls.cards([mentor_id]),
        questions.asked,
    )
    match = next((one for one in recommended if one["mentor_id"] == mentor_id), None)
    open_requests = [one for one in asked if one["program_id"] == program_id]
    return render_template(
        "mentor.html",
        form=form,
        program=program,
        match=match,
        mentor_id=mentor_id,
        asked=next((one for one in open_requests if one["mentor_id"] == mentor_id), None),
        left=max(0, (program.get("requests") or {}).get("open_per_mentee", 3) - len(open_requests)),
        card=known.get(mentor_id),
        answers=questions.answered(own, known.get(mentor_id, {})),
    )


def _recommended(program_id: str, limit: int = MOST_SHOWN) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = calls.found(
        lambda: calls.get("matching", f"/v1/programs/{program_id}/recommendations", limit=limit)["items"], []
    )
    return items
