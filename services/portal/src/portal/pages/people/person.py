"""One person: who they are, what happened to them, and what a people admin may do about it."""

from typing import Any

from flask import Response as Answer
from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import answers, calls
from portal.pages.archives import archive_about
from portal.pages.language import N_, _
from portal.pages.people import asking
from portal.pages.people.blueprint import blueprint
from portal.pages.people_words import ROLES_GIVEN
from portal.pages.refusals import refusal

MOST_LINES = 50
MOST_LOOKS = 5
# These say in the audit log what the history says better.
_TOLD_BY_HISTORY = ("person.register", "person.change")
_MOVES = {
    "end": ("left", N_("They left: nobody is let in by their account any more, and their mentorships end.")),
    "rehire": ("active", N_("Welcome back: the same person as before. No role and no mentorship came back with them.")),
    "leave": ("on_leave", N_("They are on leave.")),
    "back": ("active", N_("They are back from leave.")),
}


@blueprint.get("/people/<person_id>")
def one(person_id: str) -> str:
    """The person; of somebody who was forgotten, that they were."""
    path, found = f"/v1/people/{person_id}", calls.found
    held, roles, history, erasures, lines, private = calls.together(
        lambda: found(lambda: calls.fetch("profiles", path), None),
        lambda: found(lambda: calls.fetch("profiles", f"{path}/roles"), None),
        lambda: found(lambda: calls.get("profiles", f"{path}/history")["items"], []),
        lambda: found(lambda: calls.get("profiles", "/v1/erasures", person_id=person_id)["items"], []),
        lambda: calls.get("profiles", "/v1/audit", subject=person_id, limit=MOST_LINES)["items"],
        answers.are_there,
    )
    if held is None and not erasures:
        abort(404)
    manager = held.body["manager_id"] if held else None
    story = _story(history, lines)
    looks = [line for line in lines if _is_look(line) and "refused" not in line["codes"]][:MOST_LOOKS]
    acted = [*(entry["by"] for entry in story), *(look["actor"] for look in looks)]
    known = [person_id, manager or "", *acted, *_people_named(history)]
    people = asking.records(known)
    return render_template(
        "people/person.html" if held else "people/forgotten.html",
        person_id=person_id,
        person=held.body if held else None,
        etag=held.etag if held else "",
        record=people.get(person_id, {}),
        manager=people.get(manager or ""),
        given=roles.body["roles"] if roles else [],
        roles_etag=roles.etag if roles else "",
        roles=ROLES_GIVEN,
        story=story,
        people=people,
        erasures=erasures,
        erasure=next((one for one in erasures if one["state"] in ("requested", "started")), None),
        looks=looks,
        private=private,
        is_me=person_id == calls.me()["id"],
    )


@blueprint.post("/people/<person_id>/roles")
def give_roles(person_id: str) -> Response:
    """Give exactly the roles that are ticked."""
    wanted = [role for role in request.form.getlist("role") if role in ROLES_GIVEN]
    etag = asking.as_version(request.form.get("etag", ""))
    calls.put("profiles", f"/v1/people/{person_id}/roles", {"roles": wanted}, etag)
    flash(_("The roles hold from their next page on, within five minutes at most."), "success")
    return _back(person_id)


@blueprint.post("/people/<person_id>/<any(end, rehire, leave, back):move>")
def move(person_id: str, move: str) -> Response:
    """End, rehire, or note that somebody is on leave or back from it."""
    status, words = _MOVES[move]
    etag = asking.as_version(request.form.get("etag", ""))
    calls.patch("profiles", f"/v1/people/{person_id}", {"status": status}, etag)
    flash(_(words), "success")
    return _back(person_id)


@blueprint.post("/people/<person_id>/forget")
def forget(person_id: str) -> Response:
    """Ask for the person to be forgotten."""
    try:
        erasure = calls.post("profiles", "/v1/erasures", {"person_id": person_id})
    except ServiceProblem as problem:
        if problem.status >= 500:
            raise
        flash(refusal(problem), "error")
        return _back(person_id)
    flash(_("From now on colleagues do not see them. Until the deadline it can be undone."), "success")
    return redirect(url_for("people.erasure", erasure_id=erasure["id"]), 303)


@blueprint.get("/people/<person_id>/archive")
def download(person_id: str) -> Answer:
    """Everything that is held about the person."""
    return archive_about(person_id, f"what-mentormesh-holds-about-{person_id}.zip")


def _story(history: list[dict[str, Any]], lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What happened, the newest first: the record's history, and what else was done to the person."""
    happened = [{**entry, "of": "history"} for entry in history]
    done = [
        {"at": line["at"], "act": line["action"], "by": line["actor"], "codes": line["codes"], "of": "audit"}
        for line in lines
        if not _is_look(line) and line["action"] not in _TOLD_BY_HISTORY and "refused" not in line["codes"]
    ]
    return sorted([*happened, *done], key=lambda entry: str(entry["at"]), reverse=True)


def _is_look(line: dict[str, Any]) -> bool:
    return str(line["action"]).endswith((".read", "answers.private"))


def _people_named(history: list[dict[str, Any]]) -> list[str]:
    """The managers whom entries of a history name."""
    changes = [change for entry in history for change in entry["changes"] if change["fact"] == "manager_id"]
    return [id for change in changes for id in (change["before"], change["after"])]


def _back(person_id: str) -> Response:
    return redirect(url_for("people.one", person_id=person_id), 303)
