"""The pairs of a run: looking them over, locking, forbidding, choosing by hand; and who got nobody."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import answers, calls
from portal.pages.forms import typed, where_from
from portal.pages.language import N_, _
from portal.pages.runs import asking
from portal.pages.runs.blueprint import blueprint
from portal.pages.words import in_words

# A pair has two people and perhaps the mentor before; all of a page's names come from one call.
MOST_PAIRS = 25
MOST_FOUND = 10
MOST_SUGGESTED = 15

# What a page of pairs can show, and what the service is asked for it.
SHOWN: dict[str, dict[str, str]] = {
    "all": {},
    "locked": {"marked": "locked"},
    "by_hand": {"marked": "by_hand"},
    "kept": {"marked": "kept"},
    "forbidden": {"state": "forbidden"},
    "published": {"state": "published"},
    "skipped": {"state": "skipped"},
}
ORDERS = ("weakest", "strongest", "mentee")
_MARKED = {
    "lock": N_("Locked: the pair stays when the rest is matched again."),
    "unlock": N_("Unlocked: the match may decide otherwise again."),
    "forbid": N_("Forbidden: the pair is not published. Match again, and the mentee may get somebody else."),
    "allow": N_("Allowed again."),
}


@blueprint.get("/runs/<run_id>/pairs")
def pairs(run_id: str) -> str:
    """The pairs, those first that fit least; or those of people with a name."""
    show, order = request.args.get("show", "all"), request.args.get("order", "weakest")
    if show not in SHOWN or order not in ORDERS:
        abort(404)
    sought = request.args.get("q", "").strip()[:100]
    run = asking.run(run_id)
    if sought:
        people = _named(sought)
        items = [pair for person in people for pair in _pairs_of(run_id, person["id"])]
        found, following = list({pair["id"]: pair for pair in items}.values())[:MOST_PAIRS], None
    else:
        query: dict[str, Any] = {**SHOWN[show], "order": order, "limit": MOST_PAIRS}
        if cursor := request.args.get("cursor"):
            query["cursor"] = cursor
        page = calls.get("matching", f"/v1/runs/{run_id}/proposals", **query)
        found, following = page["items"], page["next"]
    return render_template(
        "runs/pairs.html",
        run=run,
        program=asking.program_of(run),
        pairs=found,
        following=following,
        show=show,
        shown=SHOWN,
        order=order,
        orders=ORDERS,
        sought=sought,
        cards=calls.cards(_people(found)),
    )


@blueprint.get("/runs/<run_id>/unmatched")
def unmatched(run_id: str) -> str:
    """Mentees without a mentor, and why."""
    run = asking.run(run_id)
    query: dict[str, Any] = {"limit": MOST_PAIRS}
    if cursor := request.args.get("cursor"):
        query["cursor"] = cursor
    page = calls.get("matching", f"/v1/runs/{run_id}/unmatched", **query)
    return render_template(
        "runs/unmatched.html",
        run=run,
        program=asking.program_of(run),
        alone=page["items"],
        following=page["next"],
        cards=calls.cards(
            id for one in page["items"] for id in (one["person_id"], one["closest_mentor_id"], one["lost_to_id"]) if id
        ),
    )


@blueprint.get("/runs/<run_id>/pair")
def pair(run_id: str) -> str:
    """Why these two, or why not."""
    mentee, mentor = request.args.get("mentee", ""), request.args.get("mentor", "")
    run = asking.run(run_id)
    told, mine, private = calls.together(
        lambda: calls.get("matching", f"/v1/runs/{run_id}/explanation", mentee=mentee, mentor=mentor),
        lambda: _pairs_of(run_id, mentee),
        answers.are_there,
    )
    held = next((one for one in mine if one["mentor_id"] == mentor and one["mentee_id"] == mentee), None)
    others = [*told["seats_given_to"], *([told["mentor_instead"]] if told["mentor_instead"] else [])]
    return render_template(
        "runs/pair.html",
        run=run,
        program=asking.program_of(run),
        told=told,
        held=held,
        private=private,
        cards=calls.cards([mentee, mentor, *_people(others)]),
    )


@blueprint.get("/runs/<run_id>/choose")
def choose(run_id: str) -> str:
    """Mentors to choose by hand for one mentee: those who fit best, and whoever is looked for by name."""
    mentee = request.args.get("mentee", "")
    sought = request.args.get("q", "").strip()[:100]
    run = asking.run(run_id)
    suggest = lambda: calls.get(  # noqa: E731
        "matching", f"/v1/programs/{run['program_id']}/recommendations", mentee=mentee, limit=MOST_SUGGESTED
    )["items"]
    suggested, named, mine = calls.together(
        lambda: calls.found(suggest, []),
        lambda: _named(sought) if sought else [],
        lambda: _pairs_of(run_id, mentee),
    )
    now = next((one for one in mine if one["mentee_id"] == mentee and one["state"] == "proposed"), None)
    return render_template(
        "runs/choose.html",
        run=run,
        program=asking.program_of(run),
        mentee=mentee,
        now=now,
        suggested=[one for one in suggested if now is None or one["mentor_id"] != now["mentor_id"]],
        named=[one for one in named if one["id"] != mentee],
        sought=sought,
        cards=calls.cards([mentee, *_people([now] if now else []), *(one["mentor_id"] for one in suggested)]),
    )


@blueprint.post("/runs/<run_id>/pairs/<any(lock, unlock, forbid, allow):verb>")
def mark(run_id: str, verb: str) -> Response:
    """Mark one pair."""
    values = typed("mentee_id", "mentor_id")
    try:
        calls.post("matching", f"/v1/runs/{run_id}/{verb}", values)
    except ServiceProblem as problem:
        flash(asking.why_not(problem), "error")
    else:
        flash(_(_MARKED[verb]), "success")
    return redirect(f"{where_from()}#pair-{values['mentee_id']}-{values['mentor_id']}", 303)


@blueprint.post("/runs/<run_id>/replace")
def replace(run_id: str) -> Response:
    """Give a mentee this mentor by hand."""
    values = typed("mentee_id", "mentor_id")
    address = url_for("runs.pair", run_id=run_id, mentee=values["mentee_id"], mentor=values["mentor_id"])
    try:
        calls.post("matching", f"/v1/runs/{run_id}/replace", values)
    except ServiceProblem as problem:
        flash(_refused(run_id, values, problem), "error")
        return redirect(where_from(), 303)
    flash(_("Chosen by hand and locked. The mentor whom the match had proposed is free again."), "success")
    return redirect(address, 303)


def _refused(run_id: str, values: dict[str, str], problem: ServiceProblem) -> str:
    """Why this mentor cannot be chosen; a rule by its name, which the refusal says in the service's language only."""
    if problem.slug != "not-available":
        return asking.why_not(problem)
    told = calls.get(
        "matching", f"/v1/runs/{run_id}/explanation", mentee=values["mentee_id"], mentor=values["mentor_id"]
    )
    rule = in_words(told["rule"], "rule") if told["rule"] else ""
    return _("A rule keeps the two apart: %(rule)s Choose another mentor.", rule=rule)


def _pairs_of(run_id: str, person_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = calls.get("matching", f"/v1/runs/{run_id}/proposals", person=person_id)["items"]
    return items


def _named(name: str) -> list[dict[str, Any]]:
    """Colleagues with this name, as cards."""
    items: list[dict[str, Any]] = calls.get("profiles", "/v1/people", q=name, limit=MOST_FOUND)["items"]
    return items


def _people(pairs: list[dict[str, Any]]) -> list[str]:
    return [id for one in pairs for id in (one["mentee_id"], one["mentor_id"], one["instead_of"]) if id]
