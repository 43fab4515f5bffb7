"""What the portal is told by its environment."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from servicekit.config import BadSettings, Environment

_PURPOSE = re.compile(r"[a-z][a-z0-9_-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One identity provider: `name` is empty where it is the only one, `label` is what its button says."""

    name: str
    label: str
    issuer: str
    discovery_url: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Addresses of the services, the identity providers, and where sessions are kept.

    `client_id` and `client_secret` are the portal's at `profiles`; `consent_purposes` has the organisation's words for
    what it asks consent for, by purpose and language.
    """

    service: str = "portal"
    profiles_url: str
    matching_url: str
    feedback_url: str
    notifications_url: str
    portal_url: str
    providers: tuple[Provider, ...]
    client_id: str
    client_secret: str
    session_secret: str
    mongodb_uri: str
    mongodb_database: str
    bind: str
    web_workers: int
    web_threads: int
    log_level: str
    consent_purposes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def from_env(cls, variables: Mapping[str, str] = os.environ) -> "Settings":
        """Read the environment.

        Raises:
            BadSettings: naming every variable that is missing or bad.
        """
        env = Environment(variables)
        providers = tuple(_provider(env, *named) for named in env.prefixes("OIDC", "OIDC_PROVIDERS").items())
        # With one provider the pair that the portal has there serves at `profiles` too.
        alone = providers[0] if len(providers) == 1 else None
        settings = cls(
            profiles_url=env.url("PROFILES_URL").rstrip("/"),
            matching_url=env.url("MATCHING_URL").rstrip("/"),
            feedback_url=env.url("FEEDBACK_URL").rstrip("/"),
            notifications_url=env.url("NOTIFICATIONS_URL").rstrip("/"),
            portal_url=env.url("PORTAL_URL").rstrip("/"),
            providers=providers,
            client_id=env.text("PORTAL_CLIENT_ID", alone.client_id if alone else "portal"),
            client_secret=env.text("PORTAL_CLIENT_SECRET", alone.client_secret if alone else None),
            session_secret=env.secret("SESSION_SECRET"),
            mongodb_uri=env.text("MONGODB_URI"),
            mongodb_database=env.text("MONGODB_DATABASE", "portal"),
            bind=env.text("BIND", "127.0.0.1:8080"),
            web_workers=env.integer("WEB_WORKERS", 1),
            web_threads=env.integer("WEB_THREADS", 8),
            log_level=env.text("LOG_LEVEL", "info"),
        )
        env.check()
        if len({provider.issuer for provider in providers}) < len(providers):
            raise BadSettings("OIDC_PROVIDERS names two providers of one issuer")
        return replace(settings, consent_purposes=_purposes(env.text("CONSENT_PURPOSES", "")))


def _provider(env: Environment, name: str, prefix: str) -> Provider:
    issuer = env.url(f"{prefix}ISSUER")
    return Provider(
        name=name,
        label=env.text(f"{prefix}LABEL", name.capitalize()),
        issuer=issuer,
        discovery_url=env.url(
            f"{prefix}DISCOVERY_URL", (issuer or "http://unset").rstrip("/") + "/.well-known/openid-configuration"
        ),
        client_id=env.text(f"{prefix}CLIENT_ID"),
        client_secret=env.secret(f"{prefix}CLIENT_SECRET", least=8),
    )


def _purposes(text: str) -> Mapping[str, Mapping[str, str]]:
    """`{"figures": {"en": "...", "de": "..."}}`; every purpose has at least English words."""
    try:
        held = json.loads(text or "{}")
        good = isinstance(held, dict) and all(
            _PURPOSE.fullmatch(purpose)
            and isinstance(words, dict)
            and "en" in words
            and all(isinstance(one, str) for one in words.values())
            for purpose, words in held.items()
        )
    except ValueError:
        good = False
    if not good:
        raise BadSettings('CONSENT_PURPOSES must be JSON such as {"figures": {"en": "...", "de": "..."}}')
    purposes: Mapping[str, Mapping[str, str]] = held
    return purposes
