"""What we know about you: every kind of data in plain words, one archive of all of it, and the way to be forgotten."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.pages import calls
from portal.pages.archives import HOLDERS, archive_about, held_by
from portal.pages.around import around
from portal.pages.holdings import AUDIT, BY_SERVICE, Kept
from portal.pages.language import _

blueprint = Blueprint("my_data", __name__)


@blueprint.get("/my-data")
def page() -> str:
    """What is kept, how much of it, what for, how long and who sees it."""
    person, *parts = calls.together(
        partial(calls.get, "profiles", "/v1/me"),
        *(partial(calls.part, one, partial(held_by, one, calls.me()["id"]), None) for one in HOLDERS),
    )
    held = {service: part["data"] for service, part in zip(HOLDERS, parts, strict=True) if part is not None}
    erasure_id = person.get("erasure_id")
    return render_template(
        "my_data.html",
        kinds=BY_SERVICE,
        audit=AUDIT,
        held=held,
        count=_count,
        sessions=around().sign_ins.of(person["id"]),
        erasure=calls.get("profiles", f"/v1/erasures/{erasure_id}") if erasure_id else None,
        asks_consent=bool(around().consent_purposes),
    )


@blueprint.get("/my-data/archive")
def download() -> Response:
    """All of it."""
    return archive_about(calls.me()["id"], "what-mentormesh-holds-about-you.zip")


@blueprint.post("/my-data/erasure")
def forget() -> AnyResponse:
    """Ask to be forgotten, if it was meant."""
    if request.form.get("sure") != "yes":
        flash(_("Please tick that you want everything about you destroyed."), "error")
        return redirect(url_for("my_data.page", _anchor="forget"), 303)
    calls.post("profiles", "/v1/erasures", {})
    flash(_("You will be forgotten. Until then you can change your mind here."), "success")
    return redirect(url_for("my_data.page", _anchor="forget"), 303)


@blueprint.post("/my-data/erasure/<erasure_id>/cancel")
def keep(erasure_id: str) -> AnyResponse:
    """Undo it in time."""
    calls.post("profiles", f"/v1/erasures/{erasure_id}/cancel")
    flash(_("You stay, and colleagues see you again."), "success")
    return redirect(url_for("my_data.page", _anchor="forget"), 303)


def _count(data: Mapping[str, list[Any]] | None, kept: Kept) -> int | None:
    """How many entries of a kind there are; None where the service did not say."""
    return None if data is None else sum(len(data.get(name, ())) for name in kept.names)
