"""What every page stands in: the signed-in person, what waits for them, and errors in words."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, flash, g, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from portal.clients import ServiceProblem, SignedOut
from portal.pages import calls
from portal.pages.around import Around
from portal.pages.forms import is_fragment, new_key, where_from
from portal.pages.language import _
from portal.pages.refusals import advice, refusal
from servicekit.refusals import Refusal

_OPEN = {
    "static", "sign_in.start", "sign_in.back", "sign_in.welcome", "sign_in.farewell", "sign_in.left",
    "back_channel.end", "archives.portals_part", "livez", "readyz", "exposition",
}  # fmt: skip
# What is answered without a session. A probe asks the database itself.
_WITHOUT_SESSION = {"static", "livez", "readyz", "exposition"}
_AWAY_SECONDS = 5
_ASSETS = Path(__file__).parent.parent / "assets"


def register(app: Flask, around: Around) -> None:
    """Guard every page, and give each what it stands in."""
    app.extensions["around"] = around
    # Before anything looks into a form: without its session every form looks forged.
    app.before_request_funcs.setdefault(None, []).insert(0, _require_sessions)
    app.before_request(_require_person)
    app.context_processor(_context)
    app.add_template_global(asset)
    app.add_template_global(new_key)
    app.add_template_filter(_initials, "initials")
    app.add_template_filter(_tone, "tone")
    app.register_error_handler(SignedOut, _signed_out)
    app.register_error_handler(ServiceProblem, _problem)
    app.register_error_handler(Refusal, _not_ready)
    app.register_error_handler(PyMongoError, _sessions_away)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)


@cache
def fingerprint(name: str) -> str:
    """A mark of a file's content, so that a browser may keep it until it changes."""
    return hashlib.sha256((_ASSETS / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of one of the portal's own files."""
    return url_for("static", filename=name, v=fingerprint(name))


def _initials(name: str) -> str:
    """The letters that stand for a person without a picture."""
    parts = name.split()
    return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper() if parts else "?"


def _tone(id: str) -> int:
    """One of six colours, always the same for a person."""
    return sum(id.encode()) % 6


def is_signed_in() -> bool:
    """Whether this browser's session belongs to a person; false too where sessions cannot be read."""
    return bool(session) and "person" in session


def _require_sessions() -> AnyResponse | None:
    unreadable = getattr(session, "unreadable", False)
    return _sessions_away() if unreadable and request.endpoint not in _WITHOUT_SESSION else None


def _require_person() -> AnyResponse | None:
    if request.endpoint in _OPEN or request.endpoint is None:
        return None
    if not is_signed_in():
        return _to_welcome()
    if session.doubted and request.endpoint != "sign_in.leave":  # type: ignore[attr-defined]
        return _to_provider()
    calls.services().require_live(calls.tokens())
    return None


def _to_provider() -> AnyResponse:
    """Sign in anew: whoever is still signed in at the provider comes straight back to the page they wanted."""
    if is_fragment():
        # What a page asks by itself does not take it away from its reader.
        return Response(status=204)
    if request.method != "GET":
        # Not by a form, whose answer may not lead to another host (form-action).
        return Response(*_no_longer_valid())
    provider = session.signed_in.provider  # type: ignore[attr-defined]
    calls.services().revoke(calls.refresh_tokens())
    session.clear()
    return redirect(url_for("sign_in.start", provider=provider or None, next=_wanted()))


def _to_welcome() -> AnyResponse:
    address = url_for("sign_in.welcome", next=_wanted())
    if is_fragment():
        # A part of a page cannot be a sign-in, so the whole page goes there.
        return Response(status=204, headers={"HX-Redirect": url_for("sign_in.welcome")})
    return redirect(address)


def _wanted() -> str | None:
    if request.method != "GET" or request.path == "/":
        return None
    return request.full_path.rstrip("?")


def _context() -> dict[str, Any]:
    person = session.get("person") if session else None
    return {
        "me": person,
        "is_manager": person is not None and "program_manager" in person.get("roles", ()),
        "is_people_admin": person is not None and "people_admin" in person.get("roles", ()),
        "may_read_audit": person is not None and calls.may_read_audit(),
        "unread": _unread,
        "missing_parts": calls.missing_parts,
    }


def newest_notices(most: int) -> list[dict[str, Any]]:
    """The newest notices, and with the same question how many are unread; none where the inbox does not answer."""
    inbox = calls.part("notifications", lambda: calls.get("notifications", "/v1/inbox", limit=most), {})
    g.unread = int(inbox.get("unread", 0))
    items: list[dict[str, Any]] = inbox.get("items", [])
    return items


def _unread() -> int:
    """How many notices wait, asked at most once a page."""
    if "unread" not in g:
        newest_notices(1)
    return int(g.unread)


def _signed_out(reason: SignedOut) -> AnyResponse:
    session.clear()
    return _to_welcome()


def _problem(problem: ServiceProblem) -> tuple[str, int] | AnyResponse:
    """A refused button goes back to where it was pressed, with the reason; a page that cannot be shown says so."""
    if request.method == "POST":
        flash(refusal(problem), "error")
        for pointer, said in problem.errors.items():
            flash(advice(pointer, said), "error")
        return redirect(where_from(), 303)
    if problem.status == 503 or problem.status >= 500:
        calls.miss(problem.service)
    page = render_template("problem.html", status=problem.status, detail=refusal(problem))
    return page, problem.status if problem.status in (403, 404) or problem.status >= 500 else 400


def _sessions_away(_reason: Exception | None = None) -> AnyResponse:
    """The portal's own database is away: nobody is signed out by it, and nothing was done."""
    words = _("Your session cannot be read at the moment. You stay signed in; please try again in a few seconds.")
    page = render_template("problem.html", status=503, detail=words)
    return Response(page, status=503, headers={"Retry-After": str(_AWAY_SECONDS)})


def _not_ready(reason: Refusal) -> tuple[str, int]:
    return reason.detail, reason.status


def _stale_form(error: CSRFError) -> tuple[str, int] | AnyResponse:
    if not is_signed_in():
        return _to_welcome()
    return _no_longer_valid()


def _no_longer_valid() -> tuple[str, int]:
    words = _("This form was no longer valid, so nothing was changed. Please go back, reload the page and try again.")
    return render_template("problem.html", status=400, detail=words), 400


def _http_error(error: HTTPException) -> tuple[str, int] | AnyResponse:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if isinstance(getattr(error, "original_exception", None), PyMongoError):
        return _sessions_away()
    words = {
        404: _("There is no page at this address."),
        405: _("This address is not a page. Go home and start from there."),
        413: _("That was more than fits into this form. Please write less."),
    }
    return render_template("problem.html", status=status, detail=words.get(status, _default(status))), status


def _default(status: int) -> str:
    if status >= 500:
        return _("Something broke here. What you wanted may not have been done; please try again.")
    return _("The portal could not read that request. Please go back and try again.")
