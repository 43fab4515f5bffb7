"""Erasures: which are asked for and under way, each service's receipt, and the certificate."""

import json
from typing import Any

from flask import Response as Answer
from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.pages import calls
from portal.pages.archives import HOLDERS
from portal.pages.language import _
from portal.pages.people import asking
from portal.pages.people.blueprint import blueprint
from portal.pages.people_words import ERASURE_STATES

MOST_SHOWN = 25


@blueprint.get("/erasures")
def erasures() -> str:
    """All, or those in one state, who waits longest first."""
    state = request.args.get("state", "")
    if state and state not in ERASURE_STATES:
        abort(404)
    query: dict[str, Any] = {"limit": MOST_SHOWN} | ({"state": state} if state else {})
    if cursor := request.args.get("cursor"):
        query["cursor"] = cursor
    found = calls.get("profiles", "/v1/erasures", **query)
    items = found["items"]
    return render_template(
        "people/erasures.html",
        erasures=items,
        following=found["next"],
        state=state,
        states=ERASURE_STATES,
        people=asking.records(id for one in items for id in (one["person_id"], one["requested_by"])),
    )


@blueprint.get("/erasures/<erasure_id>")
def erasure(erasure_id: str) -> str:
    """One erasure with its receipts."""
    held = calls.fetch("profiles", f"/v1/erasures/{erasure_id}")
    one = held.body
    return render_template(
        "people/erasure.html",
        erasure=one,
        services=_services(one),
        people=asking.records([one["person_id"], one["requested_by"]]),
    )


@blueprint.get("/erasures/<erasure_id>/certificate.json")
def certificate(erasure_id: str) -> Answer:
    """The certificate as a file, once there is one."""
    held = calls.get("profiles", f"/v1/erasures/{erasure_id}")
    if held["completed_at"] is None:
        abort(404)
    response = Answer(json.dumps(held, indent=2, ensure_ascii=False), mimetype="application/json")
    response.headers["Content-Disposition"] = f"attachment; filename={erasure_id}-certificate.json"
    return response


@blueprint.post("/erasures/<erasure_id>/cancel")
def undo(erasure_id: str) -> Response:
    """Undo it while nothing was destroyed."""
    calls.post("profiles", f"/v1/erasures/{erasure_id}/cancel")
    flash(_("It is undone: colleagues see this person again."), "success")
    return redirect(url_for("people.erasure", erasure_id=erasure_id), 303)


def _services(erasure: dict[str, Any]) -> list[dict[str, Any]]:
    """Each service with its receipt: what it destroyed, or None while it is missing."""
    destroyed = erasure["destroyed"]
    return [
        {
            "service": service,
            "receipt": destroyed.get(service),
            "in_all": sum(destroyed[service].values()) if service in destroyed else 0,
        }
        for service in dict.fromkeys((*HOLDERS, *destroyed))
    ]
