"""The portal over fakes, and browsers (Flask test clients) signed in as somebody."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache

from portal.app import build
from portal.config import Provider, Settings
from servicekit.testing.routes import CompiledOnce

from .fake_services import CLIENT, ISSUER, URLS, FakeServices
from .fake_sessions import FakeSessions

PORTAL = "https://portal.test"
SignIn = Callable[..., FlaskClient]
PURPOSES = {
    "figures": {"en": "Figures about mentoring, without my name", "de": "Zahlen zum Mentoring, ohne meinen Namen"},
    "stories": {"en": "Being asked for a story"},
}


class Compiled(BytecodeCache):
    """Compiled templates that one run's applications share."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._held:
            bucket.bytecode_from_string(self._held[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()

Flask.url_rule_class = CompiledOnce


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> FakeServices:
    """The services and the identity provider."""
    fake = FakeServices()

    def send(adapter: Any, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        return fake.send(request)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    return fake


@pytest.fixture
def sessions() -> FakeSessions:
    """Where sessions are kept."""
    return FakeSessions()


@pytest.fixture
def providers() -> tuple[Provider, ...]:
    """The identity providers: one, unless a test says otherwise."""
    return (a_provider(),)


def a_provider(name: str = "", issuer: str = ISSUER) -> Provider:
    """A provider of the world."""
    where = f"{issuer}/.well-known/openid-configuration"
    label = name.capitalize()
    return Provider(
        name=name, label=label, issuer=issuer, discovery_url=where, client_id=CLIENT[0], client_secret=CLIENT[1]
    )


@pytest.fixture
def app(world: FakeServices, sessions: FakeSessions, providers: tuple[Provider, ...]) -> Flask:
    """The portal."""
    settings = Settings(
        **{f"{name}_url": url for name, url in URLS.items()},
        portal_url=PORTAL,
        providers=providers,
        client_id=CLIENT[0],
        client_secret=CLIENT[1],
        consent_purposes=PURPOSES,
        session_secret="a secret of at least thirty-two letters",
        mongodb_uri="mongodb://nowhere",
        mongodb_database="portal",
        bind="127.0.0.1:0",
        web_workers=1,
        web_threads=1,
        log_level="info",
    )
    portal = build(settings, sessions)  # type: ignore[arg-type]
    portal.testing = True
    portal.config.update(SERVER_NAME="portal.test", PREFERRED_URL_SCHEME="https")
    portal.jinja_env.bytecode_cache = COMPILED
    return portal


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A browser that nobody signed in with."""
    return new_browser(app)


def new_browser(app: Flask, **headers: str) -> FlaskClient:
    """Another browser."""
    client = app.test_client()
    client.environ_base.update({f"HTTP_{name.upper()}": value for name, value in headers.items()})
    return client


def go_through_sign_in(
    browser: FlaskClient, world: FakeServices, person_id: str, wanted: str = "/", provider: str = ""
) -> Any:
    """Sign in as a person's browser does; the answer to its return from the provider."""
    away = browser.get("/sign-in", query_string={"next": wanted, "provider": provider})
    assert away.status_code == 302, away.text
    asked = dict(parse_qsl(urlsplit(away.location).query))
    back = urlsplit(world.authorise(asked, person_id))
    return browser.get(f"{back.path}?{back.query}")


@pytest.fixture
def signed_in(app: Flask, world: FakeServices) -> SignIn:
    """Sign in as a person: `signed_in("prs_ana")`."""

    def sign_in(person_id: str, **headers: str) -> FlaskClient:
        browser = new_browser(app, **headers)
        reply = go_through_sign_in(browser, world, person_id)
        assert reply.status_code == 302, reply.text
        return browser

    return sign_in
