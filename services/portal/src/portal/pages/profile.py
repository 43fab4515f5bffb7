"""My profile: what a person offers and wants, when they can meet, how many they take; and suggestions while typing."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls
from portal.pages.forms import Form, refused, whole
from portal.pages.language import _

blueprint = Blueprint("profile", __name__)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HALF_HOURS = (*(f"{half // 2:02d}:{half % 2 * 30:02d}" for half in range(48)), "24:00")
# Empty rows that stand ready below what is filled.
SPARE = {"offers": 2, "wanted": 2, "times": 1}
MORE = 3
MOST_THEMES = 60


@blueprint.get("/profile")
def page() -> str:
    """The form, with what was published last."""
    held = calls.fetch("profiles", _path())
    return _show(Form(values={**_values(held.body), "etag": held.etag or ""}))


@blueprint.post("/profile")
def publish() -> str | Response | tuple[str, int]:
    """Publish it all, or show one of the lists with more rows."""
    values = _typed()
    if more := request.form.get("more"):
        return _show(Form(values={**values, f"spare_{more}": MORE + SPARE.get(more, 0)}))
    try:
        calls.put("profiles", _path(), _body(values), values["etag"] or None)
    except ServiceProblem as problem:
        return _show(_refused(problem, values)), 422
    session["person"] = {**session["person"], "has_profile": True}
    flash(_("Your profile is published."), "success")
    return redirect(url_for("home.page"), 303)


@blueprint.get("/suggestions/<any(skills, themes):vocabulary>")
def suggest(vocabulary: str) -> str:
    """Entries of a vocabulary that begin like what is being typed, as options of a datalist."""
    beginning = next((value for value in request.args.values() if value.strip()), "").strip()[:100]
    found = calls.get("profiles", f"/v1/{vocabulary}", q=beginning, limit=20)["items"] if beginning else []
    return render_template("suggestions.html", terms=[term for term in found if not term.get("retired")])


def _path() -> str:
    return f"/v1/people/{calls.me()['id']}/profile"


def _show(form: Form) -> str:
    skills, known = calls.together(lambda: _terms("skills"), lambda: _terms("themes"))
    themes = known[:MOST_THEMES]
    for name in ("goals", "helps_with"):
        themes += [chosen for chosen in form.value(name, []) if chosen not in themes]
    return render_template(
        "profile.html",
        form=form,
        skills=skills,
        themes=themes,
        days=DAYS,
        half_hours=HALF_HOURS,
        spare={name: form.value(f"spare_{name}", count) for name, count in SPARE.items()},
    )


def _terms(vocabulary: str) -> list[str]:
    """The names in a vocabulary, for picking from; a page without them still takes words of one's own."""
    found = calls.part("profiles", lambda: calls.get("profiles", f"/v1/{vocabulary}", limit=100)["items"], [])
    return [term["name"] for term in found if not term.get("retired")]


def _values(profile: dict[str, Any]) -> dict[str, Any]:
    """What the form shows of a profile as the service answers it."""
    return {name: profile.get(name, otherwise) for name, otherwise in _empty().items()}


def _empty() -> dict[str, Any]:
    return {
        "skills_offered": [], "skills_wanted": [], "goals": [], "helps_with": [], "availability": [],
        "capacity": 1, "bio": "", "opted_out": False, "avoid": [], "consent": {}, "etag": "",
    }  # fmt: skip


def _typed() -> dict[str, Any]:
    """What was typed, in the shape of a profile; rows that are empty are no rows."""
    form = request.form
    offers = [
        {"skill": skill.strip(), "level": whole(level)}
        for skill, level in zip(form.getlist("offer_skill"), form.getlist("offer_level"), strict=False)
        if skill.strip()
    ]
    times = [
        {"day": day, "start": start, "end": end}
        for day, start, end in zip(
            form.getlist("time_day"), form.getlist("time_start"), form.getlist("time_end"), strict=False
        )
        if day
    ]
    return {
        "skills_offered": offers,
        "skills_wanted": _texts("skills_wanted"),
        "goals": _texts("goals"),
        "helps_with": _texts("helps_with"),
        "availability": times,
        "capacity": whole(form.get("capacity", "").strip()),
        "bio": form.get("bio", "").strip().replace("\r\n", "\n"),
        "opted_out": form.get("opted_out") == "yes",
        "etag": form.get("etag", ""),
    }


def _texts(name: str) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in request.form.getlist(name) if text.strip()))


def _body(values: dict[str, Any]) -> dict[str, Any]:
    """The profile to publish; what the form does not show stays as it is."""
    kept = calls.fetch("profiles", _path()).body
    shown = {name: value for name, value in values.items() if name not in ("etag",) and not name.startswith("spare_")}
    return {"avoid": kept.get("avoid", []), "consent": kept.get("consent", {}), **shown}


def _refused(problem: ServiceProblem, values: dict[str, Any]) -> Form:
    """The form again; errors of a row are kept under the row's place, such as `availability/1`."""
    rows = {
        pointer: "/".join(pointer.strip("/").split("/")[:2])
        for pointer in problem.errors
        if pointer.strip("/").split("/")[0] in ("skills_offered", "skills_wanted", "availability")
        and len(pointer.strip("/").split("/")) > 1
    }
    form = refused(problem, {**values, **dict.fromkeys(rows.values())}, rows)
    form.values = dict(values)
    return form
