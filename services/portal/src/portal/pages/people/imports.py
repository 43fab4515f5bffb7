"""Imports of HR files: upload, look at what would come of it, confirm, follow; and the imports so far."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, session, url_for
from flask import Response as Answer
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls
from portal.pages.forms import Form, refused, typed
from portal.pages.language import _
from portal.pages.people import asking
from portal.pages.people.blueprint import blueprint
from portal.pages.people_words import COUNTS, IMPORT_MODES

# The service's own limits, and room for what a form has beside the file.
_MOST_BYTES = {"people.upload": 268_435_456 + 65_536, "people.import_words": 1_048_576 + 65_536}
MOST_ROWS = 50
MOST_IMPORTS = 20
# As `profiles` names them; it knows what HR systems call them, too.
COLUMNS = (
    "external_id", "email", "name", "given_name", "family_name", "title", "department", "level", "site", "remote",
    "manager", "time_zone", "languages", "locale", "status", "attributes.*",
)  # fmt: skip
MOVING = ("received", "reading", "applying")
# The rows of a preview by what happens to them, what needs a look first; and the count of each.
SHOWN = {
    "leaver": "leavers", "rehire": "rehires", "joiner": "joiners", "mover": "movers", "manager": "manager_changes",
    "changed": "changed", "unchanged": "unchanged",
}  # fmt: skip


def register(app: Flask) -> None:
    """Let people admins alone send a file that is larger than a form."""
    # Before anything reads the form: the check of its token does so first.
    app.before_request_funcs.setdefault(None, []).insert(0, _let_a_file_in)


def _let_a_file_in() -> None:
    most = _MOST_BYTES.get(request.endpoint or "")
    if most is not None and session and "person" in session and calls.is_people_admin():
        request.max_content_length = most


@blueprint.get("/imports")
def imports() -> str:
    """The imports so far, and a form for another."""
    return _list(Form(values={"mode": "changes", "file": ""}))


@blueprint.post("/imports")
def upload() -> str | Response | tuple[str, int]:
    """Take a file; a preview comes of it and nothing else."""
    values = {**typed("mode"), "file": ""}
    file = request.files.get("file")
    if file is None or not file.filename:
        return _list(Form(values=values, errors={"file": _("Choose a CSV file.")})), 422
    try:
        held = calls.services().upload(
            calls.tokens(), "profiles", "/v1/imports", file.stream, "text/csv",
            key=request.form.get("key") or None, name=file.filename[-200:], mode=values["mode"],
        ).body  # fmt: skip
    except ServiceProblem as problem:
        again = refused(problem, values)
        if problem.slug == "invalid-input" and not again.errors:
            again.trouble = _(
                "The file cannot be read. Save it as CSV in UTF-8, with a first line that names the columns, "
                "external_id or email among them."
            )
        return _list(again), 422
    return redirect(url_for("people.an_import", import_id=held["id"]), 303)


@blueprint.get("/imports/<import_id>")
def an_import(import_id: str) -> str:
    """One import: its course, its preview or what came of it."""
    held = calls.fetch("profiles", f"/v1/imports/{import_id}")
    return _show(held.body, held.etag or "", Form())


@blueprint.get("/imports/<import_id>/progress")
def progress(import_id: str) -> str | Answer:
    """How far it is, by itself: asked for by the open page, which is asked to load again once there is more to see."""
    # Asking by itself is no sign of a person, so it keeps nobody signed in.
    session.passive = True  # type: ignore[attr-defined]
    held = calls.get("profiles", f"/v1/imports/{import_id}")
    if held["state"] not in MOVING:
        return Answer(status=204, headers={"HX-Refresh": "true"})
    return render_template("people/import_progress.html", held=held, **_course(held))


@blueprint.get("/imports/<import_id>/errors.csv")
def errors(import_id: str) -> Answer:
    """What is wrong with the rows, as a file."""
    blocks = calls.services().download(calls.tokens(), "profiles", f"/v1/imports/{import_id}/errors")
    response = Answer(blocks, mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={import_id}-errors.csv"
    return response


@blueprint.post("/imports/<import_id>/apply")
def apply(import_id: str) -> str | Response | tuple[str, int]:
    """Carry it out; where many would leave, with their number typed."""
    values = typed("leavers", "etag")
    body = {"confirm_leavers": int(values["leavers"])} if _is_number(values["leavers"]) else {}
    try:
        calls.post("profiles", f"/v1/imports/{import_id}/apply", body, asking.as_version(values["etag"]))
    except ServiceProblem as problem:
        if problem.slug != "confirmation-needed":
            raise
        held = calls.fetch("profiles", f"/v1/imports/{import_id}")
        words = _("Type exactly the number of people who would leave: %(count)s.", count=held.body["confirm_leavers"])
        return _show(held.body, held.etag or "", Form(values=values, errors={"leavers": words})), 422
    flash(_("The import is being carried out."), "success")
    return redirect(url_for("people.an_import", import_id=import_id), 303)


@blueprint.post("/imports/<import_id>/cancel")
def cancel(import_id: str) -> Response:
    """Let nothing come of it."""
    calls.post("profiles", f"/v1/imports/{import_id}/cancel")
    flash(_("Nothing came of the import, and nobody was changed."), "success")
    return redirect(url_for("people.an_import", import_id=import_id), 303)


def _list(form: Form) -> str:
    query: dict[str, Any] = {"limit": MOST_IMPORTS}
    if cursor := request.args.get("cursor"):
        query["cursor"] = cursor
    found = calls.get("profiles", "/v1/imports", **query)
    return render_template(
        "people/imports.html",
        form=form,
        imports=found["items"],
        following=found["next"],
        moving=MOVING,
        modes=IMPORT_MODES,
        columns=COLUMNS,
        people=asking.records(one["requested_by"] for one in found["items"]),
    )


def _show(held: dict[str, Any], etag: str, form: Form) -> str:
    counts = held["planned"]
    shown = {action: counts[count] for action, count in SHOWN.items() if counts[count]}
    action = request.args.get("show", "") or next(iter(shown), "")
    if action and action not in SHOWN:
        abort(404)
    rows: dict[str, Any] = {"items": [], "next": None}
    if held["state"] == "ready" and action:
        query: dict[str, Any] = {"action": action, "limit": MOST_ROWS}
        if cursor := request.args.get("cursor"):
            query["cursor"] = cursor
        rows = calls.get("profiles", f"/v1/imports/{held['id']}/rows", **query)
    return render_template(
        "people/import.html",
        held=held,
        etag=etag,
        form=form,
        is_moving=held["state"] in MOVING,
        counted=COUNTS,
        shown=shown,
        action=action,
        rows=rows["items"],
        following=rows["next"],
        people=asking.records([held["requested_by"]]),
        **_course(held),
    )


def _course(held: dict[str, Any]) -> dict[str, Any]:
    """How far an import is: `told` of `every`, and both as a share of 1."""
    progress = held["progress"]
    applying = held["state"] == "applying"
    told, every = (
        (progress["rows_applied"], progress["rows"]) if applying else (progress["lines_read"], progress["lines"])
    )
    return {"told": told, "every": every, "share_done": told / every if every else 0.0}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9
