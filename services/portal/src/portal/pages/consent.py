"""Consent: what somebody agrees to, purpose by purpose, with every word they gave or took back."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.pages import calls
from portal.pages.around import around
from portal.pages.language import _, language

blueprint = Blueprint("consent", __name__)


@blueprint.get("/consent")
def page() -> str:
    """What is asked, what holds, and how it came."""
    held = calls.fetch("profiles", _path())
    others = calls.cards(word["by"] for word in held.body["history"] if word["by"] != calls.me()["id"])
    return render_template(
        "consent.html",
        purposes=_purposes(held.body["purposes"]),
        history=list(reversed(held.body["history"])),
        words=_words,
        cards=others,
        etag=held.etag,
    )


@blueprint.post("/consent")
def say() -> Response:
    """Give consent for one purpose, or take it back; every word is kept."""
    purpose, granted = request.form.get("purpose", ""), request.form.get("granted") == "yes"
    calls.put("profiles", _path(), {"purposes": {purpose: granted}}, request.form.get("etag") or None)
    flash(_("Your consent is kept.") if granted else _("Your consent is taken back."), "success")
    return redirect(url_for("consent.page"), 303)


def _path() -> str:
    return f"/v1/people/{calls.me()['id']}/consent"


def _purposes(held: dict[str, bool]) -> list[dict[str, Any]]:
    """What the organisation asks for, then whatever else was agreed to before."""
    asked = around().consent_purposes
    former = sorted(purpose for purpose, granted in held.items() if granted and purpose not in asked)
    return [
        {
            "key": one,
            "words": _words(one),
            "said": one in held,
            "granted": held.get(one, False),
            "asked": one in asked,
        }
        for one in (*asked, *former)
    ]


def _words(purpose: str) -> str:
    """The organisation's words for a purpose in the reader's language, else in English, else the bare code."""
    said = around().consent_purposes.get(purpose, {})
    return said.get(language()) or said.get("en") or purpose.replace("_", " ").replace("-", " ").capitalize()
