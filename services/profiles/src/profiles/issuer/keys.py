"""The keys that platform tokens are signed by: made, sealed, loaded, published, used."""

import json
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey

from profiles.domain.access import SigningKey
from profiles.ports import Store
from servicekit.clock import Clock
from servicekit.refusals import Refusal, StoreUnavailable
from servicekit.tokens import ALGORITHM, TOKEN_TYPE

# The operator's secret may be a phrase, so it is stretched (RFC 7518 section 4.8), not used as a key.
_SEAL = {"alg": "PBES2-HS256+A128KW", "enc": "A256GCM", "p2c": 100_000}
_SEAL_ALGORITHMS = ["PBES2-HS256+A128KW", "A256GCM"]
_HELD_SECONDS = 30.0
_ASK_AGAIN_SECONDS = 1.0


class NoSigningKey(Refusal):
    """There is no key to sign tokens by, or SIGNING_KEY_SECRET does not open it."""

    status = 503
    retry_after = 5


def new_signing_key(secret: str, now: datetime) -> SigningKey:
    """A fresh ES256 key, its private part sealed by `secret`, that signs from now on."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    private = json.dumps(key.as_dict(private=True))
    sealed = jwe.encrypt_compact(_SEAL, private, OctKey.import_key(secret), algorithms=_SEAL_ALGORITHMS)
    return SigningKey(id=str(key.kid), public=dict(key.as_dict(private=False)), sealed=sealed, signs_from=now)


def opened(key: SigningKey, secret: str) -> ECKey:
    """The private key.

    Raises:
        NoSigningKey: it was sealed by another secret.
    """
    try:
        private = jwe.decrypt_compact(key.sealed, OctKey.import_key(secret), algorithms=_SEAL_ALGORITHMS).plaintext
    except (JoseError, ValueError) as failure:
        raise NoSigningKey(
            f"SIGNING_KEY_SECRET does not open the signing key {key.id}. Restore the secret."
        ) from failure
    return ECKey.import_key(json.loads(private or b"{}"))


class SigningKeys:
    """This process's view of the keys: signs tokens, and names the public keys to the verifier and to the world."""

    def __init__(self, store: Store, clock: Clock, secret: str, issuer: str, audience: str) -> None:
        self._store = store
        self._clock = clock
        self._secret = secret
        self._names = {"iss": issuer, "aud": audience}
        self._lock = threading.Lock()
        self._held: list[SigningKey] = []
        self._held_at = float("-inf")
        self._failed: StoreUnavailable | None = None
        self._failed_at = float("-inf")
        self._opened: dict[str, ECKey] = {}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JWT with these claims, by the newest key whose time has come.

        Raises:
            NoSigningKey: there is none.
        """
        key = self._present()
        header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.kid}
        return jwt.encode(header, {**self._names, **claims}, key, algorithms=[ALGORITHM])

    def key_set(self, kid: str) -> KeySet:
        """The public keys, read again where `kid` is not among them."""
        keys = self._keys(_HELD_SECONDS)
        if all(key.id != kid for key in keys):
            keys = self._keys(_ASK_AGAIN_SECONDS)
        return KeySet([ECKey.import_key(key.public) for key in keys])

    def public(self) -> dict[str, Any]:
        """The JSON Web Key Set as it is published."""
        return {"keys": [key.public for key in self._keys(_HELD_SECONDS)]}

    def check(self) -> None:
        """Pass where the database answers and a token could be signed now; raises NoSigningKey, StoreUnavailable."""
        self._keys(_ASK_AGAIN_SECONDS)
        self._present()

    def _present(self) -> ECKey:
        now = self._clock.now()
        for key in self._keys(_HELD_SECONDS):
            if key.signs_from <= now:
                if key.id not in self._opened:
                    self._opened[key.id] = opened(key, self._secret)
                return self._opened[key.id]
        raise NoSigningKey("There is no signing key yet. Run `python -m profiles init` once.")

    def _keys(self, oldest_seconds: float) -> list[SigningKey]:
        with self._lock:
            age = time.monotonic() - self._held_at
            if age > (oldest_seconds if self._held else _ASK_AGAIN_SECONDS):
                self._held = self._read()
                self._held_at = time.monotonic()
            return self._held

    def _read(self) -> list[SigningKey]:
        # Those who waited for a vain try take its answer: one after the other, they would wait for minutes.
        if self._failed is not None and time.monotonic() - self._failed_at < _ASK_AGAIN_SECONDS:
            raise StoreUnavailable(self._failed.detail)
        try:
            found = self._store.reading(lambda unit: unit.signing_keys())
        except StoreUnavailable as failure:
            self._failed, self._failed_at = failure, time.monotonic()
            raise
        self._failed = None
        return found
