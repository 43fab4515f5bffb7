"""The organisation's OpenID Connect providers: who an ID token names, once it is verified."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from profiles.domain.errors import InvalidGrant
from profiles.ports import Identity
from servicekit.refusals import StoreUnavailable
from servicekit.tokens import Keys, RemoteKeys

# Asymmetric ones only: with a shared secret or none, whoever knows a public key could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
LEEWAY_SECONDS = 60
_TYPES = ("", "jwt", "id+jwt")
_REDISCOVER_SECONDS = 900.0
_AGAIN_SECONDS = 1.0

log = structlog.get_logger()


class ProviderUnreachable(StoreUnavailable):
    """The identity provider does not say where its keys are."""


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What the operator configured about one provider.

    `discovery_url` is where this process finds it described. `audience` is the portal's client id there. `link_claim`
    names a person: `email` (verified, unless `trust_unverified_email`), or a claim that carries the external id.
    `email_domains` limits whose addresses it may vouch for; empty is no limit. `role_claim` names a claim of roles or
    groups, with dots where it lies deeper (`realm_access.roles`), and `role_map` says which of its values gives which
    role.
    """

    issuer: str
    audience: str
    discovery_url: str = ""
    link_claim: str = "email"
    trust_unverified_email: bool = False
    email_domains: frozenset[str] = frozenset()
    role_claim: str = ""
    role_map: Mapping[str, str] = field(default_factory=dict)


class DiscoveredKeys:
    """The provider's keys, found by its discovery document, which is read again every quarter of an hour.

    While it does not answer, what was found last goes on serving.
    """

    def __init__(self, issuer: str, discovery_url: str, now: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._discovery_url = discovery_url
        self._now = now
        self._lock = threading.Lock()
        self._remote: RemoteKeys | None = None
        self._uri = ""
        self._looked_at = float("-inf")
        self._failure: ProviderUnreachable | None = None

    def key_set(self, kid: str) -> KeySet:
        """The present keys; raises ProviderUnreachable where they cannot be had."""
        with self._lock:
            if self._now() - self._looked_at > (_REDISCOVER_SECONDS if self._remote else _AGAIN_SECONDS):
                self._discover()
            if self._remote is None:
                # Those who waited for a vain try take its answer: one after the other, they would wait for minutes.
                raise self._failure or ProviderUnreachable("The identity provider does not answer.")
            return self._remote.key_set(kid)

    def _discover(self) -> None:
        try:
            found = self._jwks_uri()
        except ProviderUnreachable as failure:
            self._failure = failure
        else:
            if found != self._uri:
                self._uri, self._remote = found, RemoteKeys(found)
        self._looked_at = self._now()

    def _jwks_uri(self) -> str:
        try:
            reply = requests.get(self._discovery_url, timeout=5)
            reply.raise_for_status()
            document = reply.json()
            issuer, jwks_uri = document["issuer"], document["jwks_uri"]
        except (requests.RequestException, ValueError, KeyError, TypeError) as failure:
            log.warning("provider-not-discovered", url=self._discovery_url, error=type(failure).__name__)
            raise ProviderUnreachable("The identity provider does not answer. Try again in a moment.") from failure
        if issuer != self._issuer:
            log.error("provider-has-another-issuer", configured=self._issuer, found=str(issuer))
            raise ProviderUnreachable(f"The provider at {self._issuer} calls itself {issuer}. Configure that name.")
        return str(jwks_uri)


class OpenIdProviders:
    """Every provider that the operator trusts, by its issuer."""

    def __init__(self, providers: Iterable["OpenIdProvider"]) -> None:
        self._providers = {provider.issuer: provider for provider in providers}

    def identify(self, id_token: str) -> Identity:
        """Whom the token names; raises InvalidGrant where it is forged, expired, not for us or of nobody we trust."""
        provider = self._providers.get(_claimed_issuer(id_token))
        if provider is None:
            log.info("id-token-refused", error="UnknownIssuer")
            raise InvalidGrant("The ID token is of no identity provider that is trusted here.")
        return provider.identify(id_token)


def _refuse_other_kind(header: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    """Refuse what the provider signs for other ends, such as logout tokens; raises ValueError."""
    if str(header.get("typ") or "").lower() not in _TYPES or "events" in claims:
        raise ValueError("the token is no ID token")


def _claimed_issuer(id_token: str) -> str:
    """Who a token says issued it: good for choosing whose keys it must be verified by, and for nothing else."""
    try:
        claims = json.loads(jws.extract_compact(id_token.encode()).payload)
        return str(claims["iss"])
    except (JoseError, ValueError, TypeError, KeyError):
        return ""


class OpenIdProvider:
    """Verifies ID tokens (OpenID Connect Core section 3.1.3.7) and says whom they name."""

    def __init__(self, trust: Trust, keys: Keys) -> None:
        self._trust = trust
        self._keys = keys

    @property
    def issuer(self) -> str:
        """What the provider calls itself."""
        return self._trust.issuer

    def identify(self, id_token: str) -> Identity:
        """Whom the token names; raises InvalidGrant where it is forged, expired or not for us."""
        try:
            token = jwt.decode(id_token, self._key_for, algorithms=ALGORITHMS)
            self._registry().validate(token.claims)
            self._refuse_other_party(token.claims)
            _refuse_other_kind(token.header, token.claims)
        except (JoseError, ValueError, TypeError) as failure:
            log.info("id-token-refused", error=type(failure).__name__)
            raise InvalidGrant("The ID token is not valid here, or has expired. Sign in again.") from failure
        return self._identity(token.claims)

    def _key_for(self, protected: Any) -> KeySet:
        return self._keys.key_set(str(protected.headers().get("kid", "")))

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=lambda: int(time.time()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._trust.issuer},
            aud={"essential": True, "value": self._trust.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )

    def _refuse_other_party(self, claims: Mapping[str, Any]) -> None:
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        party = claims.get("azp")
        if (several or party is not None) and party != self._trust.audience:
            raise ValueError("the token was issued to another party")

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        trust = self._trust
        named = claims.get(trust.link_claim)
        value = named if isinstance(named, str) and named else None
        by_email = trust.link_claim == "email"
        # Some providers send the flag as text.
        verified = trust.trust_unverified_email or claims.get("email_verified") in (True, "true")
        return Identity(
            issuer=trust.issuer,
            subject=claims["sub"],
            email=value if value is not None and by_email and verified and self._may_vouch_for(value) else None,
            external_id=None if by_email else value,
            roles=self._roles(claims),
        )

    def _may_vouch_for(self, email: str) -> bool:
        domains = self._trust.email_domains
        return not domains or email.rpartition("@")[2].lower() in domains

    def _roles(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        """The platform's roles that the claim gives; a value that nobody mapped gives none."""
        held: Any = claims
        for name in self._trust.role_claim.split("."):
            held = held.get(name) if isinstance(held, Mapping) else None
        values = [held] if isinstance(held, str) else held if isinstance(held, list) else []
        mapped = self._trust.role_map
        return tuple(sorted({mapped[value] for value in values if isinstance(value, str) and value in mapped}))
