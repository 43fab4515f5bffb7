"""The organisation's words for skills and goals: adding, renaming, merging, retiring, and importing a file of them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls
from portal.pages.forms import Form, refused, typed
from portal.pages.language import _
from portal.pages.people import asking
from portal.pages.people.blueprint import blueprint

MOST_SHOWN = 50
# A name that many words begin with is looked for among so many.
_MOST_ALIKE = 50


@blueprint.get("/vocabulary/<any(skills, themes):kind>")
def vocabulary(kind: str) -> str:
    """Words that are in use, by name; a form for another, and one for a file."""
    return _list(kind, Form(values=_empty()))


@blueprint.post("/vocabulary/<any(skills, themes):kind>/new")
def add_word(kind: str) -> str | Response | tuple[str, int]:
    """Add a word."""
    values = typed("name", "synonyms", "category")
    try:
        calls.post("profiles", f"/v1/{kind}", {**values, "synonyms": _several(values["synonyms"])})
    except ServiceProblem as problem:
        return _list(kind, refused(problem, values)), 422
    flash(_("The word can be used from now on."), "success")
    return redirect(url_for("people.vocabulary", kind=kind), 303)


@blueprint.post("/vocabulary/<any(skills, themes):kind>/import")
def import_words(kind: str) -> str | tuple[str, int]:
    """Add a file of words, and say what came of it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _list(kind, Form(values=_empty(), errors={"file": _("Choose a CSV file.")})), 422
    try:
        came = calls.services().upload(
            calls.tokens(), "profiles", f"/v1/{kind}/import", file.stream, "text/csv"
        ).body  # fmt: skip
    except ServiceProblem as problem:
        if problem.status >= 500:
            raise
        words = _(
            "The file cannot be read. Save it as CSV in UTF-8, with a first line that names the columns, "
            "name among them."
        )
        return _list(kind, Form(values=_empty(), errors={"file": words})), 422
    return _list(kind, Form(values=_empty()), came)


@blueprint.get("/vocabulary/<any(skills, themes):kind>/<term_id>")
def word(kind: str, term_id: str) -> str:
    """One word, to be changed, or merged into another."""
    held = calls.fetch("profiles", f"/v1/{kind}/{term_id}")
    return _show(kind, held.body, Form(values={**_values(held.body), "etag": held.etag or ""}))


@blueprint.post("/vocabulary/<any(skills, themes):kind>/<term_id>")
def change_word(kind: str, term_id: str) -> str | Response | tuple[str, int]:
    """Rename it, sort it anew, retire it or offer it again; changing a proposed word approves it."""
    values: dict[str, Any] = {**typed("name", "synonyms", "category", "etag"), "into": ""}
    values["retired"] = request.form.get("retired") == "yes"
    body = {name: values[name] for name in ("name", "category", "retired")}
    body["synonyms"] = _several(values["synonyms"])
    try:
        calls.patch("profiles", f"/v1/{kind}/{term_id}", body, asking.as_version(values["etag"]))
    except ServiceProblem as problem:
        return _show(kind, calls.get("profiles", f"/v1/{kind}/{term_id}"), refused(problem, values)), 422
    flash(_("The word is changed, for everybody who named it."), "success")
    return redirect(url_for("people.word", kind=kind, term_id=term_id), 303)


@blueprint.post("/vocabulary/<any(skills, themes):kind>/<term_id>/offer")
def offer_word(kind: str, term_id: str) -> Response:
    """Offer a retired word again, as it was."""
    # Whatever else was changed meanwhile stays, so no version is named.
    calls.patch("profiles", f"/v1/{kind}/{term_id}", {"retired": False}, "*")
    flash(_("The word can be used from now on."), "success")
    return redirect(url_for("people.vocabulary", kind=kind, retired="yes"), 303)


@blueprint.post("/vocabulary/<any(skills, themes):kind>/<term_id>/merge")
def merge_word(kind: str, term_id: str) -> str | Response | tuple[str, int]:
    """Merge it into another, which takes its words and its people."""
    held = calls.fetch("profiles", f"/v1/{kind}/{term_id}")
    sought = typed("into")["into"]
    other = _named(kind, sought, term_id)
    if other is None:
        values = {**_values(held.body), "etag": held.etag or "", "into": sought}
        words = _("There is no other word of this name in use.")
        return _show(kind, held.body, Form(values=values, errors={"into": words})), 422
    calls.post("profiles", f"/v1/{kind}/{term_id}/merge", {"into": other["id"]}, held.etag)
    flash(_("Merged: everybody who named it names %(word)s now.", word=other["name"]), "success")
    return redirect(url_for("people.word", kind=kind, term_id=other["id"]), 303)


def _list(kind: str, form: Form, came: dict[str, Any] | None = None) -> str:
    sought = request.args.get("q", "").strip()[:100]
    retired = request.args.get("retired") == "yes"
    query: dict[str, Any] = {"limit": MOST_SHOWN} | ({"q": sought} if sought else {})
    if retired:
        query["retired"] = "true"
    if cursor := request.args.get("cursor"):
        query["cursor"] = cursor
    found = calls.get("profiles", f"/v1/{kind}", **query)
    return render_template(
        "people/vocabulary.html",
        kind=kind,
        form=form,
        came=came,
        sought=sought,
        retired=retired,
        words=found["items"],
        following=found["next"],
    )


def _show(kind: str, held: dict[str, Any], form: Form) -> str:
    return render_template("people/word.html", kind=kind, held=held, form=form)


def _empty() -> dict[str, Any]:
    return {"name": "", "synonyms": "", "category": "", "file": ""}


def _values(held: dict[str, Any]) -> dict[str, Any]:
    return {"name": held["name"], "synonyms": "\n".join(held["synonyms"]), "category": held["category"],
            "retired": held["retired"], "into": ""}  # fmt: skip


def _several(text: str) -> list[str]:
    """One word a line; words with commas in them are words."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _named(kind: str, name: str, beside: str) -> dict[str, Any] | None:
    wanted = name.casefold()
    found = calls.get("profiles", f"/v1/{kind}", q=name, limit=_MOST_ALIKE)["items"] if name else []
    alike = (one for one in found if wanted in (one["name"].casefold(), *map(str.casefold, one["synonyms"])))
    return next((one for one in alike if one["id"] != beside), None)
