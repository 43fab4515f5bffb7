"""My sessions: where somebody is signed in, and the end of one, of all others, or, for a people admin, of another's."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from portal.pages import calls
from portal.pages.around import around
from portal.pages.forms import where_from
from portal.pages.language import _

blueprint = Blueprint("my_sessions", __name__)


@blueprint.get("/my-sessions")
def page() -> str:
    """Every session of the person's, this one first."""
    held = sorted(around().sign_ins.of(calls.me()["id"]), key=lambda one: one.id != _here())
    labels = {provider.name: provider.label for provider in around().providers.all}
    return render_template("my_sessions.html", sessions=held, here=_here(), labels=labels)


@blueprint.post("/my-sessions/<session_id>/end")
def end(session_id: str) -> Response:
    """End one of them."""
    ended = around().sign_ins.end(calls.me()["id"], session_id)
    around().services.revoke(ended)
    flash(_("That session is ended.") if ended else _("That session was over already."), "success")
    return redirect(url_for("my_sessions.page"), 303)


@blueprint.post("/my-sessions/end-others")
def end_others() -> Response:
    """End all but this one."""
    ended = around().sign_ins.end_others(calls.me()["id"], _here())
    around().services.revoke(ended)
    flash(_("You are signed in nowhere else any more."), "success")
    return redirect(url_for("my_sessions.page"), 303)


@blueprint.post("/people/<person_id>/sessions/end")
def end_for(person_id: str) -> Response:
    """Sign somebody else out everywhere; `profiles` says who may, and their browsers notice within seconds."""
    calls.post("profiles", f"/v1/people/{person_id}/sessions/end")
    flash(_("They are signed out everywhere within seconds, and may sign in again."), "success")
    return redirect(where_from(), 303)


def _here() -> str:
    return str(session.id)  # type: ignore[attr-defined]
