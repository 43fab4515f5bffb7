"""The inbox, live while it is open, and what one wants to be told about."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls
from portal.pages.forms import Form, inside, refused
from portal.pages.language import _

blueprint = Blueprint("inbox", __name__)
MOST_SHOWN = 50


@blueprint.get("/inbox")
def page() -> str:
    """The newest notices."""
    return render_template("inbox.html", **_listed())


@blueprint.get("/inbox/list")
def fragment() -> str | Response:
    """The same list by itself, asked for by the page while it is open; nothing where it shows all that is new."""
    # Asking by itself is no sign of a person, so it keeps nobody signed in.
    session.passive = True  # type: ignore[attr-defined]
    listed = _listed()
    if listed["mark"] == request.args.get("shown"):
        return Response(status=204)
    return render_template("inbox_list.html", **listed)


@blueprint.post("/inbox/<message_id>/read")
def read(message_id: str) -> Response:
    """Mark a notice as read, and go where it leads if that was wanted."""
    calls.post("notifications", f"/v1/messages/{message_id}/read")
    return redirect(inside(request.form.get("link") or url_for("inbox.page")), 303)


@blueprint.post("/inbox/<message_id>/archive")
def archive(message_id: str) -> Response:
    """Put a notice away."""
    calls.post("notifications", f"/v1/messages/{message_id}/archive")
    flash(_("The notice is put away."), "success")
    return redirect(url_for("inbox.page"), 303)


@blueprint.get("/preferences")
def preferences() -> str:
    """What one wants to be told, and where."""
    held = calls.fetch("notifications", "/v1/preferences")
    return render_template("preferences.html", form=Form(values={"etag": held.etag or ""}), kinds=held.body["kinds"])


@blueprint.post("/preferences")
def choose() -> str | Response | tuple[str, int]:
    """Keep the choice."""
    shown = calls.get("notifications", "/v1/preferences")["kinds"]
    wanted = {
        kind: {channel: request.form.get(f"{kind}.{channel}") == "yes" for channel in channels}
        for kind, channels in shown.items()
    }
    etag = request.form.get("etag") or None
    try:
        calls.put("notifications", "/v1/preferences", {"kinds": wanted}, etag)
    except ServiceProblem as problem:
        form = refused(problem, {"etag": calls.fetch("notifications", "/v1/preferences").etag or ""})
        return render_template("preferences.html", form=form, kinds=wanted), 422
    flash(_("Your choice is kept."), "success")
    return redirect(url_for("inbox.preferences"), 303)


def _listed() -> dict[str, Any]:
    inbox = calls.get("notifications", "/v1/inbox", limit=MOST_SHOWN)
    g.unread = int(inbox.get("unread", 0))
    notices = [one for one in inbox["items"] if not one.get("archived_at")]
    newest = notices[0]["id"] if notices else "none"
    return {"notices": notices, "waiting": g.unread, "mark": f"{newest}.{len(notices)}.{g.unread}"}
