"""Publishing a run: first in words what will happen, then making it so."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls, times
from portal.pages.language import _
from portal.pages.runs import asking
from portal.pages.runs.blueprint import blueprint

# Whoever mentors several is asked once for each; counting them takes a look at every pair.
MOST_COUNTED = 1000


@blueprint.get("/runs/<run_id>/publish")
def confirm(run_id: str) -> str | Response:
    """What will happen, and a button for it."""
    run = asking.run(run_id)
    if run["state"] != "ready":
        return redirect(url_for("runs.page", run_id=run_id))
    program = asking.program_of(run)
    # A group starts at once, whatever the program says: it could not wait for each of its members.
    who = "none" if program["kind"] == "group" else program.get("confirmation", "both")
    within = times.duration(program.get("confirm_within", ""))
    return render_template(
        "runs/publish.html",
        run=run,
        program=program,
        who=who,
        asked=_asked(run, who),
        within=within,
        until=times.now() + within if within else None,
    )


@blueprint.post("/runs/<run_id>/publish")
def publish(run_id: str) -> Response:
    """Make it so."""
    try:
        calls.post("matching", f"/v1/runs/{run_id}/publish")
    except ServiceProblem as problem:
        flash(asking.why_not(problem), "error")
        return redirect(url_for("runs.page", run_id=run_id), 303)
    flash(_("The run is being published. You may leave this page; it goes on by itself."), "success")
    return redirect(url_for("runs.page", run_id=run_id), 303)


def _asked(run: dict[str, Any], who: str) -> int | None:
    """How many people will be asked to confirm; None where there are too many pairs to count them for a page."""
    if who == "none":
        return 0
    if run["pairs"]["to_publish"] > MOST_COUNTED:
        return None
    pairs = calls.every("matching", f"/v1/runs/{run['id']}/proposals", MOST_COUNTED, state="proposed")
    sides = ("mentor_id",) if who == "mentor" else ("mentor_id", "mentee_id")
    return len({pair[side] for pair in pairs for side in sides})
