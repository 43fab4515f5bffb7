"""Signing in at one of the organisation's identity providers (OpenID Connect, code with PKCE), and out."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.clients import JustGranted, ServiceProblem
from portal.pages import calls
from portal.pages.around import Around
from portal.pages.devices import device
from portal.pages.forms import inside
from portal.pages.language import _
from portal.pages.refusals import refusal
from portal.providers import NotSignedIn, Proof, ProviderAway
from portal.sign_ins import SignIn


def blueprint(around: Around) -> Blueprint:
    """The pages of signing in and out."""
    pages = Blueprint("sign_in", __name__)
    services, providers = around.services, around.providers

    @pages.get("/welcome")
    def welcome() -> str | Response:
        if session and "person" in session:
            return redirect(url_for("home.page"))
        farther = bool(session and session.get("leaving"))
        return render_template(
            "welcome.html", next=inside(request.args.get("next")), providers=providers.all, farther=farther
        )

    @pages.get("/sign-in")
    def start() -> Any:
        provider = providers.named(request.args.get("provider", ""))
        if provider is None:
            return redirect(url_for("sign_in.welcome", next=request.args.get("next")))
        session["next"] = inside(request.args.get("next"))
        try:
            # An address for each, so that one provider cannot pass another's code for its own (RFC 9700, 4.4).
            return providers.send_to(provider, around.portal_url + url_for("sign_in.back", name=provider.name or None))
        except ProviderAway:
            return _away(provider.label)

    @pages.get("/sign-in/back", defaults={"name": ""})
    @pages.get("/sign-in/back/<name>")
    def back(name: str) -> Any:
        provider = providers.named(name)
        if provider is None or provider.name != name:
            return _refused(400, _("There is no such sign-in. Please start again."))
        try:
            proof = providers.proof_of(provider)
        except ProviderAway:
            return _away(provider.label)
        except NotSignedIn as reason:
            if reason.declined:
                return _refused(
                    403, _("You were not signed in: it was called off, or your organisation does not let you in.")
                )
            # Stale or forged: a state, nonce or code that does not belong to this browser's attempt.
            return _refused(400, _("This sign-in was started elsewhere or took too long. Please sign in again."))
        destination = inside(session.get("next"))
        try:
            tokens = services.exchange(proof.id_token)
            person = services.get(JustGranted(tokens), "profiles", "/v1/me").body
        except ServiceProblem as problem:
            if problem.slug == "not-provisioned":
                address = str(proof.claims.get("email") or proof.claims.get("sub") or "")
                return render_template("not_provisioned.html", address=address, provider=provider.name), 403
            return _refused(problem.status, refusal(problem))
        # Of a sign-in that this one replaces: nobody holds them from now on.
        services.revoke(calls.refresh_tokens())
        begin(tokens, person, proof)
        return redirect(destination)

    @pages.post("/sign-out")
    def leave() -> Response:
        signed_in: SignIn | None = session.signed_in  # type: ignore[attr-defined]
        services.revoke(calls.refresh_tokens())
        farther = _farewell(signed_in)
        session.clear()
        if farther:
            session.rotate()  # type: ignore[attr-defined]
            session["leaving"] = farther
        return redirect(url_for("sign_in.welcome", left="yes"), 303)

    @pages.get("/sign-out/everywhere")
    def farewell() -> Response:
        # By a link and not by the form: a form's answer may not lead to another host (form-action).
        return redirect(session.pop("leaving", None) or url_for("sign_in.welcome"))

    @pages.get("/signed-out")
    def left() -> Response:
        return redirect(url_for("sign_in.welcome", left="all"))

    def _farewell(signed_in: SignIn | None) -> str | None:
        if signed_in is None:
            return None
        there_and_back = around.portal_url + url_for("sign_in.left")
        return providers.farewell(signed_in.provider, signed_in.id_token, there_and_back)

    return pages


def begin(tokens: dict[str, Any], person: dict[str, Any], proof: Proof) -> None:
    """Make the browser's session this person's, under a new key."""
    session.clear()
    session.rotate()  # type: ignore[attr-defined]
    session.granted = tokens  # type: ignore[attr-defined]
    session["person"] = known(person)
    browser, system = device(request.user_agent.string)
    session.signed_in = SignIn(  # type: ignore[attr-defined]
        person_id=person["id"],
        provider=proof.provider.name,
        issuer=proof.provider.issuer,
        subject=str(proof.claims.get("sub", "")),
        sid=proof.sid,
        id_token=proof.id_token,
        browser=browser,
        system=system,
    )


def known(person: dict[str, Any]) -> dict[str, Any]:
    """What the session keeps of `/v1/me`: no more than its pages need."""
    return {name: person.get(name) for name in ("id", "name", "time_zone", "locale", "roles", "has_profile")}


def _away(label: str) -> tuple[str, int]:
    if label:
        return _refused(
            503, _("The sign-in of %(name)s does not answer right now. Please try again later.", name=label)
        )
    return _refused(503, _("Your organisation's sign-in does not answer right now. Please try again later."))


def _refused(status: int, detail: str) -> tuple[str, int]:
    return render_template("problem.html", status=status, detail=detail, sign_in=True), status
