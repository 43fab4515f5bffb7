"""What every page stands in: the signed-in person, calls in their name, times in their zone, errors in words."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Redirect

from portal.clients import Answer, ServiceProblem, Services, SignedOut

_OPEN = {"static", "sign_in.start", "sign_in.back", "sign_in.welcome", "livez", "readyz", "exposition"}


def register(app: Flask, services: Services) -> None:
    """Guard every page, and give each what it stands in."""
    app.extensions["services"] = services
    app.before_request(_require_person)
    app.context_processor(_context)
    app.add_template_filter(_local, "local")
    app.register_error_handler(SignedOut, _signed_out)
    app.register_error_handler(ServiceProblem, _problem)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)


def services() -> Services:
    """The platform's services."""
    held: Services = current_app.extensions["services"]
    return held


def get(service: str, path: str, **query: Any) -> Any:
    """Read in the signed-in person's name."""
    return services().get(session["tokens"], service, path, **query).body


def fetch(service: str, path: str, **query: Any) -> Answer:
    """Read with the version, for a form that will change it."""
    return services().get(session["tokens"], service, path, **query)


def post(service: str, path: str, body: Any = None) -> Any:
    """Do in the signed-in person's name; the form's own key makes a double click harmless."""
    return services().send(session["tokens"], "POST", service, path, body, key=request.form.get("key")).body


def put(service: str, path: str, body: Any, etag: str | None) -> Any:
    """Replace in the signed-in person's name."""
    return services().send(session["tokens"], "PUT", service, path, body, etag=etag).body


def me() -> dict[str, Any]:
    """The signed-in person: id, name, time zone, roles."""
    person: dict[str, Any] = session["person"]
    return person


def cards(ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The colleagues' cards of one page, by id, in one call."""
    wanted = sorted(set(ids))[:100]
    if not wanted:
        return {}
    return {card["id"]: card for card in get("profiles", "/v1/people", id=wanted)["items"]}


def _require_person() -> Redirect | None:
    if request.endpoint in _OPEN or request.endpoint is None or "person" in session:
        return None
    return redirect(url_for("sign_in.welcome", next=request.full_path if request.method == "GET" else None))


def _context() -> dict[str, Any]:
    return {"me": session.get("person"), "unread": _unread}


def _unread() -> int:
    """How many notices wait, asked at most once a page; an inbox that does not answer does not break the page."""
    if "unread" not in g:
        try:
            g.unread = int(get("notifications", "/v1/inbox", limit=1).get("unread", 0))
        except ServiceProblem:
            g.unread = 0
    return int(g.unread)


def _local(moment: str | datetime, style: str = "full") -> str:
    """A moment as the reader's own clock and calendar show it."""
    value = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = value.astimezone(ZoneInfo(session.get("person", {}).get("time_zone") or "UTC"))
    formats = {"full": "%a %-d %b %Y, %H:%M", "day": "%a %-d %b %Y", "time": "%H:%M"}
    return local.strftime(formats[style])


def _signed_out(reason: SignedOut) -> Redirect:
    session.clear()
    return redirect(url_for("sign_in.welcome", next=request.full_path if request.method == "GET" else None))


def _problem(problem: ServiceProblem) -> tuple[str, int] | Redirect:
    """A refused form goes back to where it was filled, with the reason; a page that cannot be shown says so."""
    if request.method == "POST" and request.referrer and problem.status < 500:
        flash(problem.detail, "error")
        for words in problem.errors.values():
            flash(words, "error")
        return redirect(request.referrer)
    return render_template("problem.html", status=problem.status, detail=problem.detail), problem.status


def _stale_form(error: CSRFError) -> tuple[str, int]:
    return render_template("problem.html", status=400, detail="This form had expired. Go back, reload it, try again."), 400


def _http_error(error: HTTPException) -> tuple[str, int] | Response:
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    words = {404: "There is no page at this address.", 405: "This address is not a page."}
    return render_template("problem.html", status=status, detail=words.get(status, error.description)), status
