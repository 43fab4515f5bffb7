"""Requests: those to answer, and those one made."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.pages import calls, matching
from portal.pages.language import _
from portal.pages.words import DECLINE_REASONS

blueprint = Blueprint("requests", __name__)
# What ended is shown for orientation only.
MOST_ENDED = 10


@blueprint.get("/requests")
def page() -> str:
    """All that wait, and what became of the latest."""
    incoming, outgoing, programs = calls.together(
        lambda: matching.requests("incoming"),
        lambda: matching.requests("outgoing"),
        lambda: calls.part("matching", matching.programs, []),
    )
    both = [*incoming, *outgoing]
    return render_template(
        "requests.html",
        incoming=_pending(incoming),
        outgoing=_pending(outgoing),
        ended=sorted((one for one in both if one["state"] != "pending"), key=_ended_at, reverse=True)[:MOST_ENDED],
        cards=calls.cards(id for one in both for id in (one["mentor_id"], one["mentee_id"])),
        programs={program["id"]: program for program in programs},
        reasons=DECLINE_REASONS,
    )


@blueprint.get("/requests/<request_id>")
def one(request_id: str) -> Response:
    """Where a notice about a request leads: its place among all."""
    return redirect(url_for("requests.page", _anchor=request_id))


@blueprint.post("/requests/<request_id>/accept")
def accept(request_id: str) -> Response:
    """Say yes."""
    accepted = calls.post("matching", f"/v1/requests/{request_id}/accept")
    flash(_("You said yes. Now find a date for your first session."), "success")
    return redirect(url_for("mentorships.page", mentorship_id=accepted["mentorship_id"]), 303)


@blueprint.post("/requests/<request_id>/decline")
def decline(request_id: str) -> Response:
    """Say no; why stays with the person who says it."""
    calls.post("matching", f"/v1/requests/{request_id}/decline", {"reason": request.form.get("reason", "other")})
    flash(_("You declined. The other side only learns that it did not work out, not why."), "success")
    return redirect(url_for("requests.page"), 303)


@blueprint.post("/requests/<request_id>/withdraw")
def withdraw(request_id: str) -> Response:
    """Take back what one asked."""
    calls.post("matching", f"/v1/requests/{request_id}/withdraw")
    flash(_("Your request is withdrawn."), "success")
    return redirect(url_for("requests.page"), 303)


def _pending(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted((one for one in found if one["state"] == "pending"), key=lambda one: str(one["deadline"]))


def _ended_at(request: dict[str, Any]) -> str:
    return str(request["ended_at"] or request["made_at"])
