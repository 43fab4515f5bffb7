"""Verification of platform tokens against the issuer's public keys."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import requests
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from servicekit.caller import Caller
from servicekit.refusals import StoreUnavailable, Unauthenticated

ALGORITHM = "ES256"
TOKEN_TYPE = "at+jwt"  # noqa: S105 - the header's value from RFC 9068
LEEWAY_SECONDS = 30
_REFETCH_SECONDS = 10.0
_FRESH_SECONDS = 300.0
_AGAIN_SECONDS = 1.0
_UNREACHABLE = "The issuer of tokens cannot be reached yet. Try again in a moment."

Jwks = Mapping[str, Any]
log = structlog.get_logger()


class Keys(Protocol):
    """Where the issuer's public keys come from."""

    def key_set(self, kid: str) -> KeySet:
        """The present keys, fetched again where `kid` is not among them."""
        ...


class IssuerUnreachable(StoreUnavailable):
    """No public key is known yet and the issuer does not answer."""


class RemoteKeys:
    """Keys fetched from the issuer, cached, refreshed for an unknown key, kept across restarts.

    `recall` and `remember` read and write the last good set, so that a restart while the issuer is away still serves.
    """

    def __init__(
        self, url: str, recall: Callable[[], Jwks | None] | None = None, remember: Callable[[Jwks], None] | None = None
    ) -> None:
        self._url = url
        self._recall = recall or (lambda: None)
        self._remember = remember or (lambda jwks: None)
        self._lock = threading.Lock()
        self._held: KeySet | None = None
        self._fetched_at = 0.0
        self._tried_at = float("-inf")
        self._failed_at = float("-inf")

    def key_set(self, kid: str) -> KeySet:
        with self._lock:
            # Those who waited for a vain try take its answer: one after the other, they would wait for minutes.
            if self._held is None and time.monotonic() - self._failed_at < _AGAIN_SECONDS:
                raise IssuerUnreachable(_UNREACHABLE)
            if self._held is None and (kept := self._recall()):
                self._held = _import(kept)
            if self._wants_fetch(kid):
                self._fetch()
            if self._held is None:
                self._failed_at = time.monotonic()
                raise IssuerUnreachable(_UNREACHABLE)
            return self._held

    def _wants_fetch(self, kid: str) -> bool:
        now = time.monotonic()
        if now - self._tried_at < _REFETCH_SECONDS and self._held is not None:
            return False
        known = self._held is not None and any(key.kid == kid for key in self._held.keys)
        return not known or now - self._fetched_at > _FRESH_SECONDS

    def _fetch(self) -> None:
        self._tried_at = time.monotonic()
        try:
            reply = requests.get(self._url, timeout=3)
            reply.raise_for_status()
            jwks = reply.json()
            self._held = _import(jwks)
        except (requests.RequestException, ValueError, JoseError) as failure:
            # The last good set goes on serving; a token by an unknown key is refused meanwhile.
            log.warning("issuer-keys-not-fetched", url=self._url, error=type(failure).__name__)
        else:
            self._fetched_at = time.monotonic()
            self._remember(jwks)


@dataclass(frozen=True)
class Verifier:
    """Turns a token into the caller it names, or refuses it."""

    issuer: str
    audience: str
    keys: Keys

    def caller(self, token: str) -> Caller:
        """The verified caller.

        Raises:
            Unauthenticated: the token is malformed, forged, expired, of another issuer, audience, type or algorithm.
        """
        try:
            decoded = jwt.decode(token, self._key_for, algorithms=[ALGORITHM])
            self._registry().validate(decoded.claims)
            if str(decoded.header.get("typ", "")).lower() != TOKEN_TYPE:
                raise Unauthenticated("This is not an access token of the platform.")
            return _caller(decoded.claims)
        except (JoseError, ValueError, TypeError, KeyError) as failure:
            raise Unauthenticated("The token is not valid here, or has expired. Get a new one.") from failure

    def _key_for(self, protected: Any) -> KeySet:
        return self.keys.key_set(str(protected.headers().get("kid", "")))

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=lambda: int(time.time()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )


def _caller(claims: Mapping[str, Any]) -> Caller:
    kind = claims["kind"]
    if kind not in ("person", "client") or not isinstance(claims["sub"], str) or not claims["sub"]:
        raise ValueError("the token names no principal")
    roles = frozenset(claims.get("roles", ())) | ({"employee"} if kind == "person" else set())
    return Caller(
        id=claims["sub"],
        kind=kind,
        roles=roles,
        scopes=frozenset(str(claims.get("scope", "")).split()),
        programs=frozenset(claims.get("programs", ())),
        session=str(claims.get("sid", "")),
    )


def _import(jwks: Jwks) -> KeySet:
    return KeySet.import_key_set(jwks)  # type: ignore[arg-type]
