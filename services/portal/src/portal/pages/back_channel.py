"""What identity providers tell behind the browsers' backs: that somebody's session with them ended."""

import structlog
from flask import Blueprint, Flask, Response, request

from portal.pages.around import Around
from portal.providers import NoLogoutToken, ProviderAway
from servicekit.tokens import IssuerUnreachable

log = structlog.get_logger()


def register(app: Flask, around: Around) -> None:
    """Add the address (OpenID Connect Back-Channel Logout 1.0); no browser calls it, so no form's token guards it."""
    pages = blueprint(around)
    app.register_blueprint(pages)
    app.extensions["csrf"].exempt(pages)


def blueprint(around: Around) -> Blueprint:
    """The one address: a form with a `logout_token`; 200 where it was obeyed, 400 for anything that is none."""
    pages = Blueprint("back_channel", __name__)

    @pages.post("/sign-out/back-channel")
    def end() -> Response:
        try:
            ended = around.providers.ended(request.form.get("logout_token", ""))
        except NoLogoutToken:
            return _answer(400, '{"error": "invalid_request"}')
        except (ProviderAway, IssuerUnreachable):
            return _answer(503, '{"error": "temporarily_unavailable"}')
        if around.sign_ins.was_told(ended.issuer, ended.token_id):
            return _answer(400, '{"error": "invalid_request"}')
        tokens = around.sign_ins.end_by_provider(ended.issuer, ended.subject, ended.sid)
        around.services.revoke(tokens)
        if ended.sid and ended.subject:
            around.sign_ins.doubt(ended.issuer, ended.subject)
        # Last of all: whoever dies before is told again by the provider, and ends what is left.
        around.sign_ins.note_told(ended.issuer, ended.token_id)
        log.info("signed-out-by-provider", issuer=ended.issuer, sessions=len(tokens))
        return _answer(200, "{}")

    return pages


def _answer(status: int, body: str) -> Response:
    return Response(body, status=status, mimetype="application/json")
