"""Access tokens that are forged, misused or out of time, and the keys that real ones are signed by."""

import base64
import json
import time
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey

from profiles.domain.person import Person
from profiles.issuer.keys import NoSigningKey, SigningKeys, new_signing_key, opened
from profiles.use_cases import setup
from servicekit.testing import FrozenClock

from .conftest import SECRET, Api, MemoryProfiles, Session

ISSUER = "https://profiles.test"


def claims_of(person: Person, **changed: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "mentormesh", "sub": person.id, "kind": "person", "roles": [], "iat": now}
    return {**claims, "nbf": now, "exp": now + 300, **changed}


def private_key(store: MemoryProfiles, clock: FrozenClock) -> ECKey:
    (held,) = store.reading(lambda unit: unit.signing_keys())
    return opened(held, SECRET)


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": int(time.time()) - 3600},
        {"nbf": int(time.time()) + 3600},
        {"aud": "somebody-else"},
        {"iss": "https://evil.test"},
        {"sub": ""},
        {"sub": None},
        {"kind": "system"},
        {"exp": None},
        {"exp": "tomorrow"},
    ],
)
def test_a_token_that_is_well_signed_and_still_wrong_is_refused(
    api: Api, store: MemoryProfiles, clock: FrozenClock, admin: Person, changed: dict[str, Any]
) -> None:
    key = private_key(store, clock)
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid}
    good = jwt.encode(header, claims_of(admin), key)
    bad = jwt.encode(header, claims_of(admin, **changed), key)
    assert Session(api, good)("GET", "/v1/me").status_code == 200
    assert Session(api, bad)("GET", "/v1/me").status_code == 401


def test_a_token_of_another_type_is_refused(api: Api, store: MemoryProfiles, clock: FrozenClock, admin: Person) -> None:
    key = private_key(store, clock)
    for kind in ("JWT", "id+jwt", ""):
        token = jwt.encode({"alg": "ES256", "typ": kind, "kid": key.kid}, claims_of(admin), key)
        assert Session(api, token)("GET", "/v1/me").status_code == 401


def test_a_token_signed_by_another_key_is_refused(api: Api, store: MemoryProfiles, admin: Person) -> None:
    stranger = ECKey.generate_key("P-256")
    (held,) = store.reading(lambda unit: unit.signing_keys())
    for kid in (held.id, "unknown", None):
        header = {"alg": "ES256", "typ": "at+jwt"} | ({"kid": kid} if kid else {})
        token = jwt.encode(header, claims_of(admin), stranger)
        assert Session(api, token)("GET", "/v1/me").status_code == 401


def test_a_token_without_a_signature_is_refused(api: Api, store: MemoryProfiles, admin: Person) -> None:
    (held,) = store.reading(lambda unit: unit.signing_keys())

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    for alg in ("none", "None", "NONE"):
        token = f"{part({'alg': alg, 'typ': 'at+jwt', 'kid': held.id})}.{part(claims_of(admin))}."
        assert Session(api, token)("GET", "/v1/me").status_code == 401


def test_a_public_key_used_as_a_shared_secret_signs_nothing(
    api: Api, store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    public = private_key(store, clock)
    for secret in (public.as_pem(private=False), json.dumps(public.as_dict(private=False)).encode()):
        header = {"alg": "HS256", "typ": "at+jwt", "kid": public.kid}
        payload = json.dumps(claims_of(admin))
        token = jws.serialize_compact(header, payload, OctKey.import_key(base64.b64encode(secret)))
        assert Session(api, token)("GET", "/v1/me").status_code == 401


def test_an_id_token_is_no_access_token(api: Api, admin: Person) -> None:
    for token in ("", "x", "a.b.c", admin.facts.email):
        assert Session(api, token)("GET", "/v1/me").status_code == 401


def test_a_signing_key_is_made_once_and_its_private_part_is_sealed(store: MemoryProfiles, clock: FrozenClock) -> None:
    made = [setup.ensure_signing_key(store, clock, lambda now: new_signing_key(SECRET, now)) for _ in range(2)]
    assert made == [True, False]
    (held,) = store.reading(lambda unit: unit.signing_keys())
    private = opened(held, SECRET).as_dict(private=True)["d"]
    assert str(private) not in str(store.held("signing_keys"))


def test_another_secret_does_not_open_the_key_and_the_refusal_says_so(
    store: MemoryProfiles, clock: FrozenClock
) -> None:
    setup.ensure_signing_key(store, clock, lambda now: new_signing_key(SECRET, now))
    keys = SigningKeys(store, clock, "another secret, as long as the other one", ISSUER, "mentormesh")
    with pytest.raises(NoSigningKey, match="SIGNING_KEY_SECRET"):
        keys.check()


def test_without_a_key_nothing_is_signed(store: MemoryProfiles, clock: FrozenClock) -> None:
    with pytest.raises(NoSigningKey, match="init"):
        SigningKeys(store, clock, SECRET, ISSUER, "mentormesh").sign({})
