"""Forged, misused and expired tokens, at the door of every operation of every service."""

import base64
import json
import re
import time
from typing import Any

import pytest
from access_matrix import SERVICES, application, operations
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey

from servicekit.testing.web import AUDIENCE, ISSUER, Issuer

REAL = Issuer()
STRANGER = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    known = {"iss": ISSUER, "aud": AUDIENCE, "sub": "prs_ana", "kind": "person", "roles": ["people_admin", "auditor"]}
    return {**known, "iat": now, "exp": now + 300, **changed}


def unsigned(alg: str) -> str:
    parts = ({"alg": alg, "typ": "at+jwt", "kid": REAL.key.kid}, claims())
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def by_shared_secret() -> str:
    """HS256 with what everybody knows, the public key, as the secret."""
    header = {"alg": "HS256", "typ": "at+jwt", "kid": REAL.key.kid}
    secret = OctKey.import_key(base64.b64encode(REAL.key.as_pem(private=False)))
    return jws.serialize_compact(header, json.dumps(claims()), secret)


def by_stranger(**header: Any) -> str:
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": STRANGER.kid, **header}, claims(), STRANGER)


def changed_after_signing() -> str:
    head, _, signature = REAL.token("prs_ana").split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims()).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


FORGED = {
    "expired": lambda: REAL.token("prs_ana", exp=int(time.time()) - 3600),
    "without an end": lambda: REAL.token("prs_ana", exp=None),
    "for another audience": lambda: REAL.token("prs_ana", aud="elsewhere"),
    "of another issuer": lambda: REAL.token("prs_ana", iss="https://evil.test"),
    "of another type": lambda: REAL.token("prs_ana", header={"typ": "JWT"}),
    "an ID token": lambda: REAL.token("prs_ana", header={"typ": "id+jwt"}),
    "a logout token": lambda: REAL.token("prs_ana", header={"typ": "logout+jwt"}),
    "naming the platform itself": lambda: REAL.token("prs_ana", kind="system"),
    "naming nobody": lambda: REAL.token(""),
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "HS256 by the public key": by_shared_secret,
    "by an unknown key": by_stranger,
    "by another key under a known name": lambda: by_stranger(kid=REAL.key.kid),
    "bringing its own key": lambda: by_stranger(jwk=STRANGER.as_dict(private=False)),
    "saying where its key is": lambda: by_stranger(jku="https://evil.test/keys.json", x5u="https://evil.test/key.pem"),
    "by a key named as a file": lambda: by_stranger(kid="../../dev/null"),
    "changed after signing": changed_after_signing,
    "cut": lambda: REAL.token("prs_ana")[:-5],
}


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("service", SERVICES)
def test_no_operation_takes_it(service: str, forged: str) -> None:
    client = application(service, REAL).test_client()
    headers = {"Authorization": f"Bearer {FORGED[forged]()}", "Idempotency-Key": "k", "If-Match": "*"}
    for one in operations(service):
        if not one.table.is_public(one.name):
            path = re.sub(r"\{(\w+)\}", "prs_ana", one.path)
            body = {} if one.method in ("POST", "PUT", "PATCH") else None
            assert client.open(path, method=one.method, json=body, headers=headers).status_code == 401, (one, forged)


def test_the_same_token_unforged_is_taken() -> None:
    client = application("profiles", REAL).test_client()
    reply = client.get("/v1/audit", headers=REAL.bearer("prs_ana", "auditor"))
    assert reply.status_code == 200
