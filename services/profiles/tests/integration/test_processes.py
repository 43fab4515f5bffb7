"""The real processes: `init`, `serve`, and a sign-in through the development identity provider."""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from mentormesh.stack import ports
from mentormesh.testing import Backing
from servicekit.mongo import connect

pytestmark = pytest.mark.stack

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
READY_SECONDS = 30


class Provider:
    """An OpenID Connect provider as far as token exchange sees one: discovery, keys, signed ID tokens."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        self.server = make_server("127.0.0.1", 0, Request.application(self._answer), threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def _answer(self, request: Request) -> Response:
        if request.path == "/keys":
            return _json(KeySet([self.key]).as_dict(private=False))
        return _json({"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"})

    def id_token(self, email: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "portal", "sub": f"sub of {email}", "iat": now, "exp": now + 60}
        claims |= {"email": email, "email_verified": True}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


@dataclass
class Service:
    """The running web process."""

    url: str
    portal_secret: str

    def token(self, **form: str) -> requests.Response:
        portal = ("portal", self.portal_secret)
        return requests.post(f"{self.url}/v1/oauth/token", data=form, auth=portal, timeout=10)

    def call(self, method: str, path: str, token: str, body: Any = None, **headers: str) -> requests.Response:
        sent = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(8), **headers}
        return requests.request(method, self.url + path, json=body, headers=sent, timeout=10)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, daemon=True)
    thread.start()
    yield provider
    provider.server.shutdown()
    thread.join()
    provider.server.server_close()


@pytest.fixture(scope="module")
def environment(stack_backing: Backing, provider: Provider) -> Iterator[dict[str, str]]:
    database = f"t{secrets.token_hex(6)}"
    bind = f"127.0.0.1:{ports.free()}"
    yield {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "MONGODB_URI": stack_backing.mongodb,
        "MONGODB_DATABASE": database,
        "KAFKA_BOOTSTRAP": stack_backing.kafka,
        "TOPIC_PREFIX": database,
        "TOKEN_ISSUER": f"http://{bind}",
        "JWKS_URL": f"http://{bind}/.well-known/jwks.json",
        "CURSOR_SECRET": secrets.token_hex(32),
        "SIGNING_KEY_SECRET": secrets.token_hex(32),
        "PORTAL_CLIENT_SECRET": secrets.token_hex(32),
        "OIDC_ISSUER": provider.issuer,
        "OIDC_AUDIENCE": "portal",
        "BIND": bind,
    }
    with connect(stack_backing.mongodb) as client:
        client.drop_database(database)


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "profiles", *arguments]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def service(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    for _ in range(2):  # `init` is repeatable
        made = run(environment, "init", "--people-admin", "dora@example.com")
        assert made.returncode == 0, made.stderr
    log = tmp_path_factory.mktemp("profiles") / "serve.log"
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "profiles", "serve"], env=environment, stdout=lines, stderr=subprocess.STDOUT
        )
    url = f"http://{environment['BIND']}"
    try:
        _wait_until(lambda: requests.get(f"{url}/readyz", timeout=2).ok, process, log)
        yield Service(url, environment["PORTAL_CLIENT_SECRET"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if ready():
                return
        except requests.ConnectionError:
            pass  # not listening yet
        time.sleep(0.1)
    pytest.fail(f"profiles did not come up:\n{log.read_text()}")


def _json(value: Any) -> Response:
    return Response(json.dumps(value), mimetype="application/json")


def _signed_in(service: Service, provider: Provider, email: str) -> dict[str, Any]:
    reply = service.token(grant_type=EXCHANGE, subject_token=provider.id_token(email), subject_token_type=ID_TOKEN)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def test_the_first_people_admin_signs_in_registers_somebody_and_that_one_signs_in_too(
    service: Service, provider: Provider
) -> None:
    dora = _signed_in(service, provider, "dora@example.com")["access_token"]
    assert service.call("GET", "/v1/me", dora).json()["roles"] == ["employee", "people_admin"]
    ana = {"email": "ana@example.com", "name": "Ana", "time_zone": "Europe/Berlin"}
    made = service.call("POST", "/v1/people", dora, ana)
    assert made.status_code == 201, made.text
    anas = _signed_in(service, provider, "ana@example.com")["access_token"]
    assert service.call("GET", "/v1/me", anas).json()["id"] == made.json()["id"]
    profile = f"/v1/people/{made.json()['id']}/profile"
    published = service.call("PUT", profile, anas, {"skills_offered": [{"skill": "Python", "level": 3}]})
    assert published.status_code == 200, published.text
    (card,) = service.call("GET", "/v1/people?q=ana", dora).json()["items"]
    assert card["skills"] == [{"name": "Python", "level": 3}]


def test_a_refreshed_token_works_and_the_used_refresh_token_does_not(service: Service, provider: Provider) -> None:
    first = _signed_in(service, provider, "dora@example.com")
    second = service.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert service.call("GET", "/v1/me", second["access_token"]).status_code == 200
    assert service.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).status_code == 400


def test_the_worker_sends_what_the_web_process_told(
    service: Service, provider: Provider, environment: dict[str, str], stack_backing: Backing
) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "profiles", "work"],
        env={**environment, "METRICS_BIND": "127.0.0.1:0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        dora = _signed_in(service, provider, "dora@example.com")["access_token"]
        made = service.call("POST", "/v1/people", dora, {"email": "cleo@example.com", "name": "Cleo"}).json()
        with connect(stack_backing.mongodb) as client:
            outbox = client[environment["MONGODB_DATABASE"]]["outbox"]
            deadline = time.monotonic() + READY_SECONDS
            while outbox.count_documents({"key": made["id"], "sent_at": {"$ne": None}}) < 2:
                assert worker.poll() is None, worker.communicate()[0]
                assert time.monotonic() < deadline
                time.sleep(0.1)
            assert {row["topic"] for row in outbox.find({"key": made["id"]})} == {
                "mentormesh.profiles.person",
                "mentormesh.profiles.contact",
            }
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=30)
    assert worker.returncode == 0


def test_the_api_document_is_valid(service: Service) -> None:
    OpenAPIV31SpecValidator(requests.get(f"{service.url}/openapi.json", timeout=10).json()).validate()


def test_every_bad_setting_is_named_in_one_line(environment: dict[str, str]) -> None:
    lacking = {name: value for name, value in environment.items() if name not in ("OIDC_ISSUER", "OIDC_AUDIENCE")}
    refused = run({**lacking, "SIGNING_KEY_SECRET": "short"}, "serve")
    assert refused.returncode == 2
    assert all(name in refused.stderr for name in ("OIDC_ISSUER", "OIDC_AUDIENCE", "SIGNING_KEY_SECRET"))
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "short" not in refused.stderr


def test_a_people_admin_without_an_address_is_refused_in_one_line(environment: dict[str, str]) -> None:
    refused = run(environment, "init", "--people-admin", "dora")
    assert refused.returncode == 2
    assert "an e-mail address" in refused.stderr.splitlines()[-1]
