"""My profile: what a person offers and wants, when they can meet, how many they take; a pause, and suggestions."""

from functools import partial
from typing import Any

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.clients import Answer, ServiceProblem
from portal.pages import calls, questions, week
from portal.pages.forms import Form, refused, typed, whole
from portal.pages.language import _, language

blueprint = Blueprint("profile", __name__)

# Empty rows that stand ready below what is filled.
SPARE = {"offers": 2, "wanted": 2}
MORE = 3
MOST_THEMES = 60
COPIES = {"workdays": week.TUESDAY_TO_FRIDAY, "all": week.DAYS[1:]}
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ar", "hi", "zh", "ja", "ko", "ru", "uk")
NOBODY: dict[str, Any] = {"mentees": 0, "places": []}


@blueprint.get("/profile")
def page() -> str:
    """The form, with what was published last."""
    return _show(None)


@blueprint.post("/profile")
def publish() -> str | Response | tuple[str, int]:
    """Publish it all; or show a list with more rows, finer hours, or Monday's hours on other days."""
    asked = questions.asked()
    values = _typed(asked)
    if _asks_for_another_form(values):
        return _show(Form(values=values))
    try:
        _speak(values["languages"])
        calls.put("profiles", _path(), _body(values, asked), values["etag"] or None)
    except ServiceProblem as problem:
        return _show(_refused(problem, values, asked)), 422
    first = not calls.me().get("has_profile")
    session["person"] = {**session["person"], "has_profile": True}
    flash(_("Your profile is published."), "success")
    return redirect(url_for("home.page" if first else "profile.page"), 303)


@blueprint.post("/profile/pause")
def pause() -> Response | tuple[str, int]:
    """Stay out of all suggestions until a day."""
    values = typed("until")
    try:
        calls.post("profiles", f"{_path()}/pause", values)
    except ServiceProblem as problem:
        return _show(None, pausing=refused(problem, values)), 422
    flash(_("You are paused. What you began goes on; nobody new is suggested to you or asks you."), "success")
    return redirect(url_for("profile.page"), 303)


@blueprint.post("/profile/resume")
def resume() -> Response:
    """End the pause now."""
    calls.post("profiles", f"{_path()}/resume")
    flash(_("Welcome back: you are part of the suggestions again."), "success")
    return redirect(url_for("profile.page"), 303)


@blueprint.get("/suggestions/<any(skills, themes):vocabulary>")
def suggest(vocabulary: str) -> str:
    """Entries of a vocabulary that begin like what is being typed, as options of a datalist."""
    beginning = next((value for value in request.args.values() if value.strip()), "").strip()[:100]
    found = calls.get("profiles", f"/v1/{vocabulary}", q=beginning, limit=20)["items"] if beginning else []
    return render_template("suggestions.html", terms=[term for term in found if not term.get("retired")])


def _path() -> str:
    return f"/v1/people/{calls.me()['id']}/profile"


def _show(form: Form | None, pausing: Form | None = None) -> str:
    skills, known, asked, seats, person = calls.together(
        lambda: _terms("skills"), lambda: _terms("themes"), questions.asked, _seats, _person
    )
    # What somebody wants to be in their programs says which questions help most.
    roles = sorted({place["role"] for place in seats["places"]})
    held = calls.fetch("profiles", _path(), role=roles)
    form = form or Form(values=_values(held, asked, person.body["languages"]))
    themes = known[:MOST_THEMES]
    for name in ("goals", "helps_with"):
        themes += [chosen for chosen in form.value(name, []) if chosen not in themes]
    free = week.halves(form.value("availability"))
    step = min(form.value("step"), week.step(free))
    working, around = week.rows(step)
    return render_template(
        "profile.html",
        form=form,
        pausing=pausing or Form(values={"until": ""}),
        held=held.body,
        is_published=held.etag != '"0"',
        seats=seats,
        skills=skills,
        themes=themes,
        asked=asked,
        days=week.DAYS,
        step=step,
        working=working,
        around=around,
        free=free,
        languages=_languages(form.value("languages")),
        spare={name: form.value(f"spare_{name}", count) for name, count in SPARE.items()},
    )


def _terms(vocabulary: str) -> list[str]:
    """The names in a vocabulary, for picking from; a page without them still takes words of one's own."""
    found = calls.part("profiles", lambda: calls.get("profiles", f"/v1/{vocabulary}", limit=100)["items"], [])
    return [term["name"] for term in found if not term.get("retired")]


def _seats() -> dict[str, Any]:
    """How many the person mentors now; none where that does not answer."""
    ask = partial(calls.get, "matching", f"/v1/people/{calls.me()['id']}/seats")
    held: dict[str, Any] = calls.part("matching", ask, NOBODY)
    return held


def _person() -> Answer:
    return calls.fetch("profiles", f"/v1/people/{calls.me()['id']}")


def _speak(languages: list[str]) -> None:
    """Keep the languages that the person speaks where they changed; HR may have written them first."""
    person = _person()
    if list(person.body["languages"]) != languages:
        calls.patch("profiles", f"/v1/people/{calls.me()['id']}", {"languages": languages}, person.etag)


def _languages(spoken: list[str]) -> list[tuple[str, str]]:
    """Languages to choose from, with what the reader calls them; those spoken come first, whatever they are."""
    names = Locale.parse(language()).languages
    tags = [*spoken, *(tag for tag in LANGUAGES if tag not in spoken)]
    return [(tag, names.get(tag.replace("-", "_")) or names.get(tag.split("-")[0]) or tag) for tag in tags]


def _values(held: Answer, asked: list[dict[str, Any]], languages: list[str]) -> dict[str, Any]:
    """What the form shows of a profile as the service answers it."""
    shown = {name: held.body.get(name, otherwise) for name, otherwise in _empty().items()}
    own = questions.values(asked, held.body.get("fields", {}))
    return {**shown, **own, "languages": list(languages), "etag": held.etag or ""}


def _empty() -> dict[str, Any]:
    return {
        "skills_offered": [], "skills_wanted": [], "goals": [], "helps_with": [], "availability": [], "step": 2,
        "capacity": 1, "bio": "", "opted_out": False, "avoid": [], "consent": {}, "languages": [], "etag": "",
    }  # fmt: skip


def _typed(asked: list[dict[str, Any]]) -> dict[str, Any]:
    """What was typed, in the shape of a profile; rows that are empty are no rows."""
    form = request.form
    offers = [
        {"skill": skill.strip(), "level": whole(level)}
        for skill, level in zip(form.getlist("offer_skill"), form.getlist("offer_level"), strict=False)
        if skill.strip()
    ]
    step = 1 if form.get("step") == "1" else 2
    free = week.chosen(form.getlist("free"), step)
    if (days := COPIES.get(form.get("copy", ""))) is not None:
        free = week.copied(free, days)
    return {
        "skills_offered": offers,
        "skills_wanted": _texts("skills_wanted"),
        "goals": _texts("goals"),
        "helps_with": _texts("helps_with"),
        "availability": week.intervals(free),
        "step": step,
        "capacity": whole(form.get("capacity", "").strip()),
        "bio": form.get("bio", "").strip().replace("\r\n", "\n"),
        "opted_out": form.get("opted_out") == "yes",
        "languages": _texts("languages"),
        "etag": form.get("etag", ""),
        **questions.values(asked, questions.answers_typed(asked)),
    }


def _asks_for_another_form(values: dict[str, Any]) -> bool:
    """Whether a button asks for a form that shows more, which is then noted in `values`."""
    more = request.form.get("more", "")
    if more in SPARE:
        values[f"spare_{more}"] = MORE + SPARE[more]
    if more == "halves":
        values["step"] = 1
    return bool(more) or request.form.get("copy", "") in COPIES


def _texts(name: str) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in request.form.getlist(name) if text.strip()))


def _body(values: dict[str, Any], asked: list[dict[str, Any]]) -> dict[str, Any]:
    """The profile to publish; what the form does not show stays as it is."""
    kept = calls.get("profiles", _path())
    named = ("skills_offered", "skills_wanted", "goals", "helps_with", "availability", "capacity", "bio", "opted_out")
    return {
        "avoid": kept.get("avoid", []),
        "consent": kept.get("consent", {}),
        **{name: values[name] for name in named},
        "fields": questions.answers_typed(asked),
    }


def _refused(problem: ServiceProblem, values: dict[str, Any], asked: list[dict[str, Any]]) -> Form:
    """The form again; errors of a row are kept under the row's place, such as `skills_offered/1`."""
    parts = {pointer: pointer.strip("/").split("/") for pointer in problem.errors}
    rows = {
        pointer: "/".join(names[:2])
        for pointer, names in parts.items()
        if names[0] in ("skills_offered", "skills_wanted", "fields") and len(names) > 1
    }
    form = refused(problem, {**values, **dict.fromkeys(rows.values())}, rows)
    form.values = dict(values)
    for one in asked:
        if form.error(name := f"fields/{one['key']}"):
            form.errors[name] = questions.advice(one, values[name])
    return form
