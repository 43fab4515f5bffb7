"""Tokens that nobody issued open nothing, and the place that issues them answers nonsense as OAuth has it."""

import base64
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from spoiling import SERVICES, of, said_what_to_do, settled, state
from staged import Stage

pytestmark = pytest.mark.stack


def bad_tokens(stage: Stage) -> Iterator[str]:
    """Forged, unsigned, re-signed, mangled."""
    good = stage.ana.actor.token()
    header, claims, signature = good.split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    said = json.loads(base64.urlsafe_b64decode(header + "=="))
    mine = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
    now = int(time.time())
    yield jwt.encode({**said}, {**told, "exp": now + 3600}, mine, algorithms=["ES256"])
    yield jwt.encode({**said, "kid": mine.kid}, told, mine, algorithms=["ES256"])
    yield jwt.encode({**said, "jwk": mine.as_dict(private=False)}, told, mine, algorithms=["ES256"])
    yield jwt.encode({**said, "alg": "HS256"}, told, OctKey.import_key("0" * 32), algorithms=["HS256"])

    def encode(part: bytes) -> str:
        return base64.urlsafe_b64encode(part).rstrip(b"=").decode()

    yield f"{encode(json.dumps({**said, 'alg': 'none'}).encode())}.{claims}."
    raised = encode(json.dumps({**told, "roles": ["people_admin", "program_manager"]}).encode())
    yield f"{header}.{raised}.{signature}"
    yield f"{header}.{encode(json.dumps({**told, 'exp': now + 99999}).encode())}.{signature}"
    yield f"{header}.{claims}.{encode(bytes(64))}"
    yield f"{encode(b'[' * 3000)}.{claims}.{signature}"
    yield f"{encode(b'[]')}.{claims}.{signature}"
    yield from ("x", "..", "a.b.c", "a.b.c.d.e", "x" * 7000, good[:-3], f"{good}.{good}", "\xe9\xff")


@pytest.mark.parametrize("service", SERVICES)
def test_a_token_that_was_not_issued_here_opens_nothing(stage: Stage, service: str) -> None:
    before = settled(stage, service)
    url = stage.admin.services[service]
    command = of(stage, service)[0]
    for token in bad_tokens(stage):
        bearer = {"Authorization": f"Bearer {token}".encode("latin-1")}
        headers: dict[str, str | bytes | None] = {**bearer, "Idempotency-Key": str(uuid.uuid4())}
        reply = requests.request(
            command.method, f"{url}/v1{command.path}", json=command.good, headers=headers, timeout=15
        )
        said_what_to_do(reply, 401)
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    for header in ("", "Bearer", "Bearer ", "Basic YTpi", "bearer\tx", "Digest x", stage.ana.actor.token()):
        reply = requests.get(f"{url}/v1{command.path}", headers={"Authorization": header}, timeout=15)
        said_what_to_do(reply, 401, 405)
    said_what_to_do(requests.post(f"{url}/v1{command.path}", json={}, timeout=15), 401, 405)
    assert state(stage, service) == before


def test_the_token_endpoint_answers_nonsense_as_oauth_has_it(platform: dict[str, Any]) -> None:
    url = f"{platform['services']['profiles']}/v1/oauth/token"
    forms: list[dict[str, Any]] = [
        {}, {"grant_type": "password"}, {"grant_type": "client_credentials"},
        {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"},
        {"grant_type": "client_credentials", "client_id": "é\x00", "client_secret": "ÿ\ud83d\ude00"
            .encode("utf-16", "surrogatepass").decode("utf-16")},
        {"grant_type": ["client_credentials", "client_credentials"]},
        {"grant_type": "refresh_token", "client_id": "portal", "client_secret": "é", "refresh_token": "x"},
        {"grant_type": "x" * 100_000},
        {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": "a.b.c"},
    ]  # fmt: skip
    for form in forms:
        reply = requests.post(url, data=form, timeout=15)
        assert reply.status_code in (400, 401, 403), (form, reply.status_code, reply.text)
        assert reply.json()["error"], form
        assert reply.json()["error_description"], form
    for headers in ({"Authorization": "Basic !!!"}, {"Authorization": "Basic w6k6w6k="}, {"Authorization": "Basic "}):
        reply = requests.post(url, data={"grant_type": "client_credentials"}, headers=headers, timeout=15)
        assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client"), (headers, reply.text)
    reply = requests.post(url, json={"grant_type": "client_credentials"}, timeout=15)
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_request")


def test_a_logout_token_that_no_provider_signed_ends_nobody_s_session(platform: dict[str, Any], stage: Stage) -> None:
    """Further kinds of forgery are tried in the tests of the portal alone."""
    url = f"{platform['portal']}/sign-out/back-channel"
    mine = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
    now = int(time.time())
    event = {"http://schemas.openid.net/event/backchannel-logout": {}}
    claims = {"iss": platform["identity"], "aud": "portal", "sub": stage.ana.id, "iat": now, "exp": now + 60,
              "jti": uuid.uuid4().hex, "events": event}  # fmt: skip
    forged = jwt.encode({"alg": "ES256", "typ": "logout+jwt", "kid": mine.kid}, claims, mine, algorithms=["ES256"])
    for token in (forged, stage.ana.actor.token(), "", "x", "a.b.c", "x" * 7000):
        reply = requests.post(url, data={"logout_token": token}, timeout=15)
        assert (reply.status_code, reply.headers["Cache-Control"]) == (400, "no-store"), token[:40]
    assert requests.get(url, timeout=15, allow_redirects=False).status_code == 405
