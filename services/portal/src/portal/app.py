"""The portal's composition root: pages, sessions, clients, and the headers that keep a browser safe."""

import hashlib
import time
from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]
from pymongo import MongoClient
from pymongo.collection import Collection

from portal import pages
from portal.clients import Services
from portal.config import Settings
from portal.pages.language import language
from portal.providers import Providers
from portal.sessions import MongoSessions, prepare
from servicekit import mongo, origin
from servicekit.ids import new_id
from servicekit.web import health

# No inline script or style, and nothing from any other host.
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_A_YEAR = 31_536_000


def create_app(settings: Settings) -> Flask:
    """The portal's application; made after the fork, since it holds a database client."""
    client = mongo.connect(settings.mongodb_uri)
    app = build(settings, _sessions(client, settings))
    health.register(app, lambda: _ping(client))
    return app


def build(settings: Settings, documents: Collection[dict[str, Any]]) -> Flask:
    """The application over a collection of sessions."""
    app = Flask("portal.app", static_folder="assets", static_url_path="/assets")
    app.secret_key = hashlib.sha256(f"forms:{settings.session_secret}".encode()).digest()
    app.config.update(
        SEND_FILE_MAX_AGE_DEFAULT=_A_YEAR,
        MAX_CONTENT_LENGTH=262_144,
        MAX_FORM_MEMORY_SIZE=262_144,
        # A form lasts as long as the session that its token is bound to.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    sessions = MongoSessions(lambda: documents, settings.session_secret)
    app.session_interface = sessions
    CSRFProtect(app)
    services = Services(
        urls={
            "profiles": settings.profiles_url,
            "matching": settings.matching_url,
            "feedback": settings.feedback_url,
            "notifications": settings.notifications_url,
        },
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        said=_said,
    )
    pages.register(
        app,
        pages.Around(
            services=services,
            providers=Providers(app, settings.providers),
            sign_ins=sessions.sign_ins,
            portal_url=settings.portal_url,
            consent_purposes=settings.consent_purposes,
        ),
    )
    # First of all, so that what refuses a form has a story too.
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_protect)
    app.teardown_request(_end)
    return app


def initialise(settings: Settings, arguments: Sequence[str]) -> None:
    """Prepare the database; harmless when repeated."""
    prepare(_sessions(mongo.connect(settings.mongodb_uri), settings))


def _sessions(client: MongoClient[dict[str, Any]], settings: Settings) -> Collection[dict[str, Any]]:
    return client[settings.mongodb_database]["sessions"]


def _ping(client: MongoClient[dict[str, Any]]) -> None:
    client.admin.command("ping")


def _begin() -> None:
    g.began = time.monotonic()
    # Every call of this page, and what follows from it in the services, is one story.
    g.origin = origin.working_for(origin.Origin(correlation_id=new_id("cor")))
    g.origin.__enter__()


def _end(error: BaseException | None) -> None:
    if (held := g.pop("origin", None)) is not None:
        held.__exit__(None, None, None)


def _said() -> dict[str, str]:
    """What each call says of the page that makes it: whose language to answer in, and which calls belong together."""
    return {"Accept-Language": language(), "X-Correlation-Id": origin.current().correlation_id}


def _protect(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
        health.measure(response.status_code, time.monotonic() - g.get("began", time.monotonic()))
    return response
