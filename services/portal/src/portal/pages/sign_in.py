"""Signing in at the organisation's identity provider (OpenID Connect, code with PKCE), and out."""

from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, redirect, render_template, request, session, url_for
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from portal.clients import JustGranted, ServiceProblem, Services
from portal.pages.forms import inside
from portal.pages.language import _
from portal.pages.refusals import refusal


def blueprint(oauth: OAuth, services: Services, portal_url: str) -> Blueprint:
    """The pages of signing in and out."""
    pages = Blueprint("sign_in", __name__)

    @pages.get("/welcome")
    def welcome() -> str | Response:
        if session and "person" in session:
            return redirect(url_for("home.page"))
        return render_template("welcome.html", next=inside(request.args.get("next")))

    @pages.get("/sign-in")
    def start() -> Any:
        session["next"] = inside(request.args.get("next"))
        try:
            return oauth.identity.authorize_redirect(portal_url + url_for("sign_in.back"))
        except (requests.RequestException, AuthlibBaseError):
            return _refused(503, _("Your organisation's sign-in does not answer right now. Please try again later."))

    @pages.get("/sign-in/back")
    def back() -> Any:
        try:
            granted = oauth.identity.authorize_access_token()
        except requests.RequestException:
            return _refused(503, _("Your organisation's sign-in does not answer right now. Please try again later."))
        except (AuthlibBaseError, JoseError):
            # Stale or forged: a state, nonce or code that does not belong to this browser's attempt.
            return _refused(400, _("This sign-in was started elsewhere or took too long. Please sign in again."))
        destination = inside(session.get("next"))
        try:
            tokens = services.exchange(granted["id_token"])
            person = services.get(JustGranted(tokens), "profiles", "/v1/me").body
        except ServiceProblem as problem:
            if problem.slug == "not-provisioned":
                identity = granted.get("userinfo") or {}
                address = str(identity.get("email") or identity.get("sub") or "")
                return render_template("not_provisioned.html", address=address), 403
            return _refused(problem.status, refusal(problem))
        begin(tokens, person)
        return redirect(destination)

    @pages.post("/sign-out")
    def leave() -> Response:
        session.clear()
        return redirect(url_for("sign_in.welcome", left="yes"), 303)

    return pages


def begin(tokens: dict[str, Any], person: dict[str, Any]) -> None:
    """Make the browser's session this person's, under a new key."""
    session.clear()
    session.rotate()  # type: ignore[attr-defined]
    session.granted = tokens  # type: ignore[attr-defined]
    session["person"] = known(person)


def known(person: dict[str, Any]) -> dict[str, Any]:
    """What the session keeps of `/v1/me`: no more than its pages need."""
    return {name: person.get(name) for name in ("id", "name", "time_zone", "locale", "roles", "has_profile")}


def _refused(status: int, detail: str) -> tuple[str, int]:
    return render_template("problem.html", status=status, detail=detail, sign_in=True), status
