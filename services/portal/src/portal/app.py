"""The portal's composition root: pages, sessions, clients, and the headers that keep a browser safe."""

from typing import Any

from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from pymongo import MongoClient
from pymongo.collection import Collection
from servicekit import mongo
from servicekit.web import health

from portal import pages
from portal.clients import Services
from portal.config import Settings
from portal.sessions import MongoSessions, prepare

# No inline script or style, and nothing from any other host.
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
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
    app.config.update(SEND_FILE_MAX_AGE_DEFAULT=_A_YEAR, WTF_CSRF_SSL_STRICT=False, MAX_CONTENT_LENGTH=262_144)
    app.session_interface = MongoSessions(lambda: documents, settings.session_secret)
    CSRFProtect(app)
    oauth = OAuth(app)
    oauth.register(
        "identity",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "timeout": 10},
    )
    services = Services(
        urls={
            "profiles": settings.profiles_url,
            "matching": settings.matching_url,
            "feedback": settings.feedback_url,
            "notifications": settings.notifications_url,
        },
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
    )
    pages.register(app, services, oauth, settings.portal_url)
    app.after_request(_protect)
    return app


def initialise(settings: Settings) -> None:
    """Prepare the database once."""
    client = mongo.connect(settings.mongodb_uri)
    mongo.require_replica_set(client)
    prepare(_sessions(client, settings))


def _sessions(client: MongoClient[dict[str, Any]], settings: Settings) -> Collection[dict[str, Any]]:
    return client[settings.mongodb_database]["sessions"]


def _ping(client: MongoClient[dict[str, Any]]) -> None:
    client.admin.command("ping")


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
