"""What would make a pair that a run refused: asked by a manager, worked out meanwhile, read on the page of the pair."""

from flask import Response as Answer
from flask import flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls
from portal.pages.forms import typed
from portal.pages.runs import asking
from portal.pages.runs.blueprint import blueprint


@blueprint.post("/runs/<run_id>/questions")
def ask(run_id: str) -> Response:
    """Ask it; the answer comes on the page of the pair."""
    values = typed("mentee_id", "mentor_id")
    try:
        calls.post("matching", f"/v1/runs/{run_id}/questions", values)
    except ServiceProblem as problem:
        flash(asking.why_not(problem), "error")
    address = url_for("runs.pair", run_id=run_id, mentee=values["mentee_id"], mentor=values["mentor_id"])
    return redirect(f"{address}#change", 303)


@blueprint.get("/runs/<run_id>/questions/<question_id>/progress")
def question_progress(run_id: str, question_id: str) -> str | Answer:
    """That it is being worked out, asked for by the open page, which is asked to load again once there is an answer."""
    session.passive = True  # type: ignore[attr-defined]
    question = calls.get("matching", f"/v1/runs/{run_id}/questions/{question_id}")
    if question["state"] != "asked":
        return Answer(status=204, headers={"HX-Refresh": "true"})
    return render_template("runs/question_progress.html", question=question)
