"""One run: its course while it is computed or published, then what it came to."""

from typing import Any

from flask import Response as Answer
from flask import flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls
from portal.pages.language import _
from portal.pages.run_words import STAGES
from portal.pages.runs import asking, terms
from portal.pages.runs.asking import MOVING, SOLVED
from portal.pages.runs.blueprint import blueprint


@blueprint.get("/runs/<run_id>")
def page(run_id: str) -> str:
    """The run."""
    run = asking.run(run_id)
    program, runs = calls.together(lambda: asking.program_of(run), lambda: asking.runs_of(run["program_id"]))
    figures = run["figures"]
    others = [one for one in runs if one["id"] != run_id and one["state"] in SOLVED]
    return render_template(
        "runs/run.html",
        run=run,
        program=program,
        figures=figures,
        others=others,
        parent=next((one for one in runs if one["id"] == run["parent_id"]), None),
        without=_without_fairness(run, others),
        reasons=sorted((figures or {}).get("unmatched_by_reason", {}).items(), key=lambda one: -one[1]),
        attribute=terms.attribute,
        asker=calls.cards([run["requested_by"]]).get(run["requested_by"]),
        is_moving=run["state"] in MOVING,
        is_solved=run["state"] in SOLVED,
        **course(run),
    )


@blueprint.get("/programs/<program_id>/runs/<run_id>")
def from_notice(program_id: str, run_id: str) -> Response:
    """Where a notice leads: to the run."""
    return redirect(url_for("runs.page", run_id=run_id))


@blueprint.get("/runs/<run_id>/progress")
def progress(run_id: str) -> str | Answer:
    """How far it is, by itself: asked for by the open page, which is asked to load again once there is more to see."""
    # Asking by itself is no sign of a person, so it keeps nobody signed in.
    session.passive = True  # type: ignore[attr-defined]
    run = asking.run(run_id)
    if run["state"] not in MOVING:
        return Answer(status=204, headers={"HX-Refresh": "true"})
    return render_template("runs/progress.html", run=run, **course(run))


@blueprint.post("/runs/<run_id>/<any(cancel, discard):verb>")
def move(run_id: str, verb: str) -> Response:
    """Stop it, or throw its result away."""
    try:
        calls.post("matching", f"/v1/runs/{run_id}/{verb}")
    except ServiceProblem as problem:
        flash(asking.why_not(problem), "error")
        return redirect(url_for("runs.page", run_id=run_id), 303)
    words = _("The run is cancelled. Nothing was changed.") if verb == "cancel" else _("The run is discarded.")
    flash(words, "success")
    return redirect(url_for("runs.page", run_id=run_id), 303)


@blueprint.post("/runs/<run_id>/without-fairness")
def without_fairness(run_id: str) -> Response:
    """Match the same people again without fairness, to see what it costs."""
    body = {"name": _("Without fairness"), "fairness": None}
    try:
        new = calls.post("matching", f"/v1/runs/{run_id}/solve", body)
    except ServiceProblem as problem:
        flash(asking.why_not(problem), "error")
        return redirect(url_for("runs.page", run_id=run_id), 303)
    return redirect(url_for("runs.page", run_id=new["id"]), 303)


def course(run: dict[str, Any]) -> dict[str, Any]:
    """How far a run is: `done` of 1, and its `steps` with what became of each."""
    if run["state"] in ("publishing", "published"):
        pairs = run["pairs"]
        told = pairs["published"] + pairs["skipped"]
        every = told + pairs["to_publish"]
        return {"done": told / every if every else 1.0, "told": told, "every": every, "steps": []}
    stages = [stage for stage in STAGES if stage != "certify" or run["certify"]]
    here = stages.index(run["stage"]) if run["stage"] in stages else -1
    steps = [
        (stage, "done" if place < here else "here" if place == here else "next") for place, stage in enumerate(stages)
    ]
    return {"done": run["progress"], "told": 0, "every": 0, "steps": steps}


def _without_fairness(run: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The same people again without fairness, to see what it costs in fit."""
    if not run["terms"].get("fairness"):
        return None
    alike = {**run["terms"], "fairness": None}
    return next(
        (one for one in others if one["terms"] == alike and one["parent_id"] == run["id"] and one["figures"]), None
    )
