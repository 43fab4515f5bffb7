"""Signing in at the organisation's identity provider (OpenID Connect, code with PKCE), and out."""

from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem, Services
from portal.sessions import Session


def blueprint(oauth: OAuth, services: Services, portal_url: str) -> Blueprint:
    """The pages of signing in and out."""
    pages = Blueprint("sign_in", __name__)

    @pages.get("/welcome")
    def welcome() -> str | Response:
        if "person" in session:
            return redirect("/")
        return render_template("welcome.html", next=_inside(request.args.get("next")))

    @pages.get("/sign-in")
    def start() -> Any:
        session["next"] = _inside(request.args.get("next"))
        return oauth.identity.authorize_redirect(portal_url + url_for("sign_in.back"))

    @pages.get("/sign-in/back")
    def back() -> Any:
        try:
            granted = oauth.identity.authorize_access_token()
        except OAuthError as refusal:
            return _refused(400, refusal.description or "The identity provider refused the sign-in.")
        destination = session.get("next", "/")
        tokens: dict[str, Any] = {}
        try:
            services.exchange(tokens, granted["id_token"])
            person = services.get(tokens, "profiles", "/v1/me").body
        except ServiceProblem as problem:
            return _refused(problem.status, problem.detail)
        session.clear()
        if isinstance(session._get_current_object(), Session):  # type: ignore[attr-defined]
            session.rotate()  # type: ignore[attr-defined]
        session["tokens"] = tokens
        session["person"] = person
        return redirect(destination)

    @pages.post("/sign-out")
    def leave() -> Response:
        session.clear()
        return redirect(url_for("sign_in.welcome"))

    return pages


def _refused(status: int, detail: str) -> tuple[str, int]:
    return render_template("problem.html", status=status, detail=detail), status


def _inside(address: str | None) -> str:
    """A path of ours, or home: nobody is sent to another site after signing in."""
    safe = address is not None and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if safe and address else "/"
