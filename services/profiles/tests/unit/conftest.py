"""A service in memory: its store, its clock, an identity provider of a test's choosing, its application."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from profiles import repository
from profiles.app import assemble
from profiles.config import Settings
from profiles.domain.errors import InvalidGrant
from profiles.domain.person import Facts, Person
from profiles.issuer.keys import new_signing_key
from profiles.issuer.provider import Trust
from profiles.ports import Identity
from profiles.use_cases.grants import grant_roles
from profiles.use_cases.people import register_person
from profiles.use_cases.setup import ensure_signing_key
from servicekit.caller import Caller
from servicekit.clock import Clock, SystemClock
from servicekit.config import KafkaSettings
from servicekit.store import Catalogue
from servicekit.testing import FrozenClock, MemoryStore
from servicekit.testing.routes import CompiledOnce

SYSTEM = Caller.system("profiles")
CLOCK = FrozenClock()
SECRET = "a-secret-that-seals-the-signing-key"
PORTAL_SECRET = "the-portal-s-own-secret-of-this-test"

# Stretching the secret takes a moment by design, so one key serves all tests.
SIGNING_KEY = new_signing_key(SECRET, datetime(2026, 1, 1, tzinfo=UTC))

MemoryProfiles = MemoryStore[repository.Unit]

Flask.url_rule_class = CompiledOnce


@pytest.fixture
def store() -> MemoryProfiles:
    return MemoryStore(unit=repository.Unit, catalogue=Catalogue(repository.DOCUMENTS), service="profiles")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def register(store: MemoryProfiles, clock: FrozenClock) -> Callable[..., Person]:
    """Registers a person of a name, with whatever facts a test cares about."""

    def registering(name: str = "Ana Garcia", **facts: Any) -> Person:
        address = name.lower().replace(" ", ".") + "@example.com"
        return register_person(
            store, clock, SYSTEM, Facts(**{"name": name, "email": address, "time_zone": "Europe/Berlin", **facts})
        )

    return registering


@dataclass
class KnownIdentities:
    """An identity provider that takes the e-mail address itself for an ID token; it refuses whom it does not know."""

    subjects: dict[str, str] = field(default_factory=dict)

    def identify(self, id_token: str) -> Identity:
        if id_token not in self.subjects:
            raise InvalidGrant("The ID token is not valid here.")
        return Identity(issuer="https://idp.test", subject=self.subjects[id_token], email=id_token, external_id=None)


def settings() -> Settings:
    """Settings that connect to nothing."""
    return Settings(
        service="profiles",
        mongodb_uri="mongodb://unused",
        mongodb_database="profiles",
        generation=1,
        kafka=KafkaSettings(bootstrap="unused:9092"),
        token_issuer="https://profiles.test",
        token_audience="mentormesh",
        jwks_url="https://profiles.test/.well-known/jwks.json",
        cursor_secret="c" * 32,
        bind="127.0.0.1:0",
        metrics_bind="127.0.0.1:0",
        web_workers=1,
        web_threads=1,
        log_level="info",
        signing_key_secret=SECRET,
        portal_client_id="portal",
        portal_client_secret=PORTAL_SECRET,
        providers=(Trust(issuer="https://idp.test", audience="portal"),),
        default_time_zone="UTC",
        people_admin="",
    )


@dataclass
class Api:
    """The application as somebody uses it: calls in the name of a person or a client."""

    app: Flask
    store: MemoryProfiles
    provider: KnownIdentities
    keys_used: int = 0

    @property
    def http(self) -> FlaskClient:
        return self.app.test_client()

    def token(self, **form: str) -> TestResponse:
        """Ask the token endpoint, as the portal unless the form says otherwise."""
        portal = {"client_id": "portal", "client_secret": PORTAL_SECRET}
        return self.http.post("/v1/oauth/token", data={**portal, **form})

    def sign_in(self, person: Person) -> dict[str, Any]:
        """The tokens of a person whom the identity provider vouches for."""
        email = person.facts.email
        self.provider.subjects.setdefault(email, f"subject of {email}")
        reply = self.token(
            grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token=email,
            subject_token_type="urn:ietf:params:oauth:token-type:id_token",
        )
        assert reply.status_code == 200, reply.text
        return dict(reply.get_json())

    def as_person(self, person: Person) -> "Session":
        """Calls with a person's token."""
        return Session(self, self.sign_in(person)["access_token"])


@dataclass
class Session:
    """Calls with one access token."""

    api: Api
    access_token: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Call; every POST gets a key of its own unless one is given."""
        sent = {"Authorization": f"Bearer {self.access_token}"}
        if method == "POST":
            self.api.keys_used += 1
            sent["Idempotency-Key"] = f"key-{self.api.keys_used}"
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.api.http.open(path, method=method, json=body, headers=sent)


@pytest.fixture
def api(store: MemoryProfiles) -> Api:
    clock: Clock = SystemClock()
    ensure_signing_key(store, clock, lambda now: SIGNING_KEY)
    provider = KnownIdentities()
    return Api(assemble(settings(), store, clock, provider), store, provider)


@pytest.fixture
def admin(store: MemoryProfiles, clock: FrozenClock, register: Callable[..., Person]) -> Person:
    person = register("Dora Admin")
    grant_roles(store, clock, SYSTEM, person.id, None, ("people_admin",))
    return person
