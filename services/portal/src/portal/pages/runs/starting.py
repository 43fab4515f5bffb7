"""The runs of a program, and starting one: by the program's own terms, or to see what others would do."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls
from portal.pages.forms import Form, refused, typed
from portal.pages.language import _
from portal.pages.matching import TAKING_PART, is_mine
from portal.pages.runs import asking, terms
from portal.pages.runs.asking import MOVING, SOLVED
from portal.pages.runs.blueprint import blueprint


@blueprint.get("/programs/<program_id>/runs")
def every(program_id: str) -> str:
    """The program's runs, with a form for the next."""
    return _every(program_id, None)


@blueprint.post("/programs/<program_id>/runs")
def start(program_id: str) -> str | Response | tuple[str, int]:
    """Start one by the program's terms."""
    return _started(program_id, typed("name"), {})


@blueprint.post("/programs/<program_id>/runs/what-if")
def try_out(program_id: str) -> str | Response | tuple[str, int]:
    """Start one by other terms."""
    program = calls.get("matching", f"/v1/programs/{program_id}")
    values = typed(*terms.NAMES)
    return _started(program_id, values, terms.sent(values, program))


@blueprint.get("/runs/<run_id>/again")
def again(run_id: str) -> str:
    """A form for solving a run again around what was locked and forbidden."""
    run = asking.run(run_id)
    return _again(run, Form(values=terms.shown(run["terms"], run["certify"])))


@blueprint.post("/runs/<run_id>/solve")
def solve(run_id: str) -> str | Response | tuple[str, int]:
    """Solve it again; a button sends nothing but its key, the form its values."""
    values = typed(*terms.NAMES)
    run = asking.run(run_id)
    body = terms.sent(values, run["terms"]) if values["objective"] else {}
    try:
        new = calls.post("matching", f"/v1/runs/{run_id}/solve", body)
    except ServiceProblem as problem:
        if not body or problem.slug != "invalid-input":
            flash(asking.why_not(problem), "error")
            return redirect(url_for("runs.page", run_id=run_id), 303)
        return _again(run, refused(problem, values, terms.FIELDS)), 422
    flash(_("The match is made again around what you locked and forbade."), "success")
    return redirect(url_for("runs.page", run_id=new["id"]), 303)


def _started(program_id: str, values: dict[str, str], more: dict[str, Any]) -> str | Response | tuple[str, int]:
    body = {"name": values["name"], **more}
    try:
        run = calls.post("matching", f"/v1/programs/{program_id}/runs", body)
    except ServiceProblem as problem:
        form = refused(problem, values, terms.FIELDS)
        return _every(program_id, form if more else None, plain=None if more else form), 422
    return redirect(url_for("runs.page", run_id=run["id"]), 303)


def _every(program_id: str, form: Form | None, plain: Form | None = None) -> str:
    program, runs = calls.together(
        lambda: calls.get("matching", f"/v1/programs/{program_id}"), lambda: asking.runs_of(program_id)
    )
    return render_template(
        "runs/list.html",
        program=program,
        runs=runs,
        may_start=is_mine(program) and program["state"] in TAKING_PART,
        plain=plain or Form(values={"name": ""}),
        form=form or Form(values=terms.shown(program)),
        groups=terms.groups(program),
        moving=MOVING,
        solved=SOLVED,
    )


def _again(run: dict[str, Any], form: Form) -> str:
    program = asking.program_of(run)
    return render_template("runs/again.html", program=program, run=run, form=form, groups=terms.groups(program))
