"""The organisation's identity providers as a browser meets them: sent there, come back, signed out, told of an end."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask
from joserfc import jws, jwt
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from portal.config import Provider
from servicekit.tokens import RemoteKeys

# Asymmetric ones only: with a shared secret or none, whoever knows a public key could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY_SECONDS = 60
# A logout is told at once; an older token is a replay, however long its own end is away.
OLDEST_SECONDS = 300
_DESCRIBED_FOR = 900.0
_AGAIN_SECONDS = 5.0
_TYPES = ("", "jwt", "logout+jwt")

log = structlog.get_logger()


class ProviderAway(Exception):
    """An identity provider does not answer, or is not the one that was configured."""


class NotSignedIn(Exception):
    """Whoever came back did not sign in: refused there, or with something that is not of this browser's attempt."""

    def __init__(self, *, declined: bool) -> None:
        super().__init__()
        self.declined = declined


class NoLogoutToken(Exception):
    """What came by the back channel is no logout token of a provider of ours."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a provider says of somebody who came back: the ID token with its claims."""

    provider: Provider
    id_token: str
    claims: dict[str, Any]

    @property
    def sid(self) -> str:
        """The provider's name for its own session; empty where it has none."""
        return str(self.claims.get("sid") or "")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A provider says that a session of its own (`sid`), or all of an account (`subject`), ended; one may be empty."""

    issuer: str
    subject: str
    sid: str
    token_id: str


class Providers:
    """Every identity provider that the operator named."""

    def __init__(self, app: Flask, providers: Iterable[Provider]) -> None:
        self.all = tuple(providers)
        self._oauth = OAuth(app)
        self._keys: dict[str, tuple[str, RemoteKeys]] = {}
        self._described_at: dict[str, float] = {}
        for provider in self.all:
            self._oauth.register(
                self._key(provider),
                client_id=provider.client_id,
                client_secret=provider.client_secret,
                server_metadata_url=provider.discovery_url,
                client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "timeout": 10},
            )

    def named(self, name: str) -> Provider | None:
        """The provider of that name; the only one where none is named."""
        if not name and len(self.all) == 1:
            return self.all[0]
        return next((provider for provider in self.all if provider.name == name), None)

    def send_to(self, provider: Provider, back: str) -> Response:
        """Send the browser there; it returns to `back`. Raises ProviderAway."""
        client = self._described(provider)
        try:
            away: Response = client.authorize_redirect(back)
        except (requests.RequestException, AuthlibBaseError) as failure:
            raise ProviderAway from failure
        return away

    def proof_of(self, provider: Provider) -> Proof:
        """Who came back with this request.

        Raises:
            ProviderAway: the provider does not answer.
            NotSignedIn: there is no proof that belongs to this browser's attempt.
        """
        client = self._described(provider)
        try:
            granted = client.authorize_access_token()
        except requests.RequestException as failure:
            raise ProviderAway from failure
        except (AuthlibBaseError, JoseError) as failure:
            raise NotSignedIn(declined=getattr(failure, "error", "") == "access_denied") from failure
        if not granted.get("id_token"):
            raise NotSignedIn(declined=False)
        return Proof(provider=provider, id_token=granted["id_token"], claims=dict(granted.get("userinfo") or {}))

    def farewell(self, name: str, id_token: str, back: str) -> str | None:
        """Where the browser signs out of the provider too (RP-Initiated Logout); None where it has no such place."""
        provider = self.named(name)
        if provider is None:
            return None
        try:
            client = self._described(provider)
            told = client.create_logout_url(back, id_token_hint=id_token, client_id=provider.client_id)
        except (ProviderAway, RuntimeError, AuthlibBaseError):
            return None
        return str(told["url"])

    def ended(self, logout_token: str) -> Ended:
        """What a logout token says (OpenID Connect Back-Channel Logout 1.0, section 2.6).

        Raises:
            NoLogoutToken: it is not one, or not for us.
            ProviderAway: its provider's keys cannot be had.
            IssuerUnreachable: likewise.
        """
        try:
            provider = self._issuer_of(logout_token)
            if provider is None:
                raise ValueError("of nobody whom we trust")
            keys = self._keys_of(provider)
            token = jwt.decode(
                logout_token, lambda part: keys.key_set(str(part.headers().get("kid", ""))), algorithms=ALGORITHMS
            )
            _logout_claims(provider).validate(token.claims)
            _require_logout(token.header, token.claims)
        except (JoseError, ValueError, TypeError, KeyError) as failure:
            log.info("logout-token-refused", error=type(failure).__name__)
            raise NoLogoutToken from failure
        claims = token.claims
        return Ended(
            issuer=provider.issuer,
            subject=str(claims.get("sub") or ""),
            sid=str(claims.get("sid") or ""),
            token_id=claims["jti"],
        )

    def _issuer_of(self, token: str) -> Provider | None:
        """Whose token it says it is: good for choosing the keys to verify it by, and for nothing else."""
        claims = jws.extract_compact(token.encode()).payload
        issuer = json.loads(claims)["iss"]
        return next((provider for provider in self.all if provider.issuer == issuer), None)

    def _keys_of(self, provider: Provider) -> RemoteKeys:
        address = str(self._described(provider).server_metadata.get("jwks_uri", ""))
        held = self._keys.get(provider.name)
        if held is None or held[0] != address:
            held = self._keys[provider.name] = (address, RemoteKeys(address))
        return held[1]

    def _described(self, provider: Provider) -> Any:
        """The provider's client, with a description that is not old; the last one serves while it does not answer."""
        client = self._oauth.create_client(self._key(provider))
        key, now = provider.name, time.monotonic()
        known = "_loaded_at" in client.server_metadata
        if known and now - self._described_at.get(key, now) < _DESCRIBED_FOR:
            return client
        try:
            fresh = requests.get(provider.discovery_url, timeout=5)
            fresh.raise_for_status()
            described = fresh.json()
            issuer = described["issuer"]
        except (requests.RequestException, ValueError, KeyError, TypeError) as failure:
            log.warning("provider-not-discovered", url=provider.discovery_url, error=type(failure).__name__)
            if not known:
                raise ProviderAway from failure
            self._described_at[key] = now - _DESCRIBED_FOR + _AGAIN_SECONDS
            return client
        if issuer != provider.issuer:
            log.error("provider-has-another-issuer", configured=provider.issuer, found=str(issuer))
            raise ProviderAway
        # Without the keys that were fetched before: one that was withdrawn signs nothing any more.
        client.server_metadata.pop("jwks", None)
        client.server_metadata.update(described, _loaded_at=time.time())
        self._described_at[key] = now
        return client

    @staticmethod
    def _key(provider: Provider) -> str:
        return provider.name or "identity"


def _logout_claims(provider: Provider) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=lambda: int(time.time()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        iat={"essential": True},
    )


def _require_logout(header: dict[str, Any], claims: dict[str, Any]) -> None:
    """Refuse whatever is another kind of token, or names nobody; raises ValueError."""
    if str(header.get("typ") or "").lower() not in _TYPES:
        raise ValueError("another type of token")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise ValueError("it has no id")
    if time.time() - claims["iat"] > OLDEST_SECONDS + LEEWAY_SECONDS:
        raise ValueError("too old")
    if not isinstance(claims.get("events"), dict) or not isinstance(claims["events"].get(LOGOUT), dict):
        raise ValueError("it tells of no logout")
    if "nonce" in claims:
        raise ValueError("an ID token")
    if not any(isinstance(claims.get(name), str) and claims[name] for name in ("sub", "sid")):
        raise ValueError("it names nobody")
