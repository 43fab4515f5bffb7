"""The organisation's own questions: people answer them in their profile, people admins declare them here."""

import re
import unicodedata
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls
from portal.pages.forms import Form, refused, typed
from portal.pages.language import LANGUAGES, _, language
from portal.pages.words import QUESTION_KINDS

blueprint = Blueprint("questions", __name__)

MATCHABLE = ("choice", "number", "yes_no")
SPARE_OPTIONS = 3


def register(app: Flask) -> None:
    """Give templates `worded`."""
    app.add_template_filter(worded, "worded")


def worded(by_language: dict[str, str]) -> str:
    """Words that people admins wrote by language: the reader's, else English, else any."""
    return by_language.get(language()) or by_language.get("en") or next(iter(by_language.values()), "")


# In somebody's profile


def asked() -> list[dict[str, Any]]:
    """What is asked now; a profile can be filled without, should the questions not be there."""
    found = calls.part("profiles", lambda: calls.get("profiles", "/v1/profile-fields")["items"], [])
    return [one for one in found if not one["retired"]]


def values(questions: list[dict[str, Any]], answers: dict[str, Any]) -> dict[str, Any]:
    """Answers under the names of their form's fields."""
    return {f"fields/{one['key']}": answers.get(one["key"]) for one in questions}


def answered(questions: list[dict[str, Any]], card: dict[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    """The questions that a card answers, in their order, each with its answer."""
    said = card.get("fields", {})
    return [(one, said[one["key"]]) for one in questions if one["key"] in said]


def answers_typed(questions: list[dict[str, Any]]) -> dict[str, Any]:
    """What was typed as answers, in the shape of a profile; what is empty is no answer."""
    found = {one["key"]: _answer(one) for one in questions}
    return {key: answer for key, answer in found.items() if answer not in (None, "", [])}


def advice(question: dict[str, Any], answer: Any) -> str:
    """What to write instead, where the service refused an answer."""
    if answer in (None, "", []):
        return _("Your organisation asks everybody. Please answer this.")
    if question["kind"] == "text":
        return _("Write less here, in plain text.")
    if question["kind"] != "number":
        return _("Choose one of what is offered.")
    least, most = question["least"], question["most"]
    if least is not None and most is not None:
        return _("Write a number from %(least)s to %(most)s.", least=f"{least:g}", most=f"{most:g}")
    if least is not None:
        return _("Write a number from %(least)s up.", least=f"{least:g}")
    return _("Write a number up to %(most)s.", most=f"{most:g}") if most is not None else _("Write a number.")


def _answer(question: dict[str, Any]) -> Any:
    name = f"fields-{question['key']}"
    text = request.form.get(name, "").strip()
    match question["kind"]:
        case "choices":
            return request.form.getlist(name)
        case "yes_no":
            return {"yes": True, "no": False}.get(text)
        case "number":
            return _number(text)
        case _:
            return text.replace("\r\n", "\n")


def _number(text: str) -> int | float | str:
    """A number where it is one, with a comma or a point; else the text, for the service to refuse."""
    if re.fullmatch(r"-?\d{1,12}", text, re.ASCII):
        return int(text)
    plain = text.replace(",", ".")
    return float(plain) if re.fullmatch(r"-?\d{1,12}\.\d{1,9}", plain, re.ASCII) else text


# Declared by people admins


@blueprint.before_request
def _require_people_admin() -> None:
    if not calls.is_people_admin():
        abort(403)


@blueprint.get("/questions")
def every() -> str:
    """All questions, and those that are no longer asked."""
    found = calls.get("profiles", "/v1/profile-fields")["items"]
    return render_template(
        "questions.html",
        asked=[one for one in found if not one["retired"]],
        retired=[one for one in found if one["retired"]],
    )


@blueprint.get("/questions/new")
def new() -> str:
    """A form for a new question."""
    return _show(Form(values={**_empty(), "visible": "private"}), None)


@blueprint.post("/questions/new")
def declare() -> str | Response | tuple[str, int]:
    """Ask it."""
    form = _typed()
    if "more" in request.form:
        return _show(Form(values=form), None)
    body = _body(form, form["kind"])
    try:
        calls.post("profiles", "/v1/profile-fields", {**body, "key": _code(worded_first(body["label"]))})
    except ServiceProblem as problem:
        return _show(_refused(problem, form), None), 422
    flash(_("The question is asked from now on."), "success")
    return redirect(url_for("questions.every"), 303)


@blueprint.get("/questions/<key>")
def page(key: str) -> str:
    """One question, to be changed."""
    held = calls.fetch("profiles", f"/v1/profile-fields/{key}")
    return _show(Form(values={**_values(held.body), "etag": held.etag or ""}), held.body)


@blueprint.post("/questions/<key>")
def change(key: str) -> str | Response | tuple[str, int]:
    """Change it, or stop or start asking it."""
    held = calls.get("profiles", f"/v1/profile-fields/{key}")
    form = _typed()
    if "more" in request.form:
        return _show(Form(values=form), held)
    body = {**_body(form, held["kind"]), "retired": form["retired"]}
    try:
        calls.put("profiles", f"/v1/profile-fields/{key}", body, form["etag"] or None)
    except ServiceProblem as problem:
        return _show(_refused(problem, form), held), 422
    flash(_("The question is changed."), "success")
    return redirect(url_for("questions.every"), 303)


def worded_first(by_language: dict[str, str]) -> str:
    """English, from which codes are made, else any."""
    return by_language.get("en") or next(iter(by_language.values()), "")


def _show(form: Form, held: dict[str, Any] | None) -> str:
    return render_template(
        "question.html",
        form=form,
        held=held,
        kinds=QUESTION_KINDS,
        matchable=MATCHABLE,
        languages=LANGUAGES,
        spare=SPARE_OPTIONS,
    )


def _empty() -> dict[str, Any]:
    texts = {f"{name}-{one}": "" for name in ("label", "hint") for one in LANGUAGES}
    return {**texts, "kind": "choice", "options": [], "least": "", "most": "", "required": False, "visible": "private",
            "matched": False, "order": "0", "retired": False, "etag": "", "key": ""}  # fmt: skip


def _values(field: dict[str, Any]) -> dict[str, Any]:
    texts = {f"{name}-{one}": field[name].get(one, "") for name in ("label", "hint") for one in LANGUAGES}
    bounds = {name: "" if field[name] is None else f"{field[name]:g}" for name in ("least", "most")}
    plain = {name: field[name] for name in ("kind", "options", "required", "visible", "matched", "order", "retired")}
    return {**_empty(), **texts, **bounds, **plain}


def _typed() -> dict[str, Any]:
    names = [f"{name}-{one}" for name in ("label", "hint") for one in LANGUAGES]
    form = request.form
    return {
        **_empty(),
        **typed(*names, "kind", "least", "most", "visible", "order", "etag"),
        **{name: form.get(name) == "yes" for name in ("required", "matched", "retired")},
        "options": _options_typed(),
    }


def _options_typed() -> list[dict[str, Any]]:
    """The rows of options that say something; a new one gets its code of its words."""
    form = request.form
    retired: set[str] = set(form.getlist("options-retired"))
    found: list[dict[str, Any]] = []
    columns = [form.getlist(f"options-{one}") for one in LANGUAGES]
    for key, *texts in zip(form.getlist("options-key"), *columns, strict=False):
        label = {one: text.strip() for one, text in zip(LANGUAGES, texts, strict=True) if text.strip()}
        if label or key:
            code = key or _code(worded_first(label), {str(one["key"]) for one in found})
            found.append({"key": code, "label": label, "retired": code in retired})
    return found


def _body(form: dict[str, Any], kind: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        name: {one: form[f"{name}-{one}"] for one in LANGUAGES if form[f"{name}-{one}"]} for name in ("label", "hint")
    }
    order = _number(form["order"] or "0")
    body |= {"kind": kind, "required": form["required"], "visible": form["visible"], "order": order}
    # What does not belong to the kind may still stand in its fields.
    if kind in MATCHABLE:
        body["matched"] = form["matched"]
    if kind in ("choice", "choices"):
        body["options"] = form["options"]
    if kind == "number":
        body |= {name: _number(form[name]) for name in ("least", "most") if form[name]}
    return body


def _refused(problem: ServiceProblem, form: dict[str, Any]) -> Form:
    rows = {pointer: "options" for pointer in problem.errors if pointer.startswith("/options")}
    labels = {pointer: "label-en" for pointer in problem.errors if pointer.split("/")[1] in ("label", "key")}
    hints = {pointer: "hint-en" for pointer in problem.errors if pointer.startswith("/hint")}
    return refused(problem, form, {**rows, **labels, **hints})


def _code(words: str, taken: set[str] | None = None) -> str:
    """A code of small letters made of words, such as `career_track`; `q_` before what begins with a digit."""
    plain = unicodedata.normalize("NFKD", words.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
    code = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:36] or "q"
    code = code if code[0].isalpha() else f"q_{code}"
    number, found = 1, code
    while found in (taken or set()):
        number += 1
        found = f"{code}_{number}"
    return found
