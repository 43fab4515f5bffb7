"""The platform's own processes in the local stack, and the settings that each gets from its environment."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from mentormesh.seed.cast import DOMAIN, email_of
from mentormesh.stack import identity, mongo
from mentormesh.stack.failures import StackFailure
from mentormesh.stack.ports import HOST
from mentormesh.stack.processes import Part

# What an organisation might ask consent for; the words are its own.
CONSENT = {
    "figures": {
        "en": "Figures about mentoring in which I cannot be recognised",
        "de": "Zahlen zum Mentoring, in denen ich nicht zu erkennen bin",
    },
    "stories": {
        "en": "Being asked whether I tell my story to colleagues",
        "de": "Gefragt zu werden, ob ich Kolleg:innen von mir erzähle",
    },
}
SERVICES = ("profiles", "matching", "feedback", "notifications")
PORTAL = "portal"


@dataclass(frozen=True)
class Site:
    """What every process of one stack needs to know; `transactions` says whether the broker has them."""

    ports: Mapping[str, int]
    secrets: Mapping[str, str]
    transactions: bool = True

    def url(self, part: str) -> str:
        return f"http://{HOST}:{self.ports[part]}"

    @property
    def mongodb(self) -> str:
        return mongo.address(self.ports["mongodb"])

    @property
    def kafka(self) -> str:
        return f"{HOST}:{self.ports['kafka']}"

    @property
    def issuer(self) -> str:
        return identity.address(self.ports["identity"])


def settings(site: Site, service: str) -> dict[str, str]:
    """The environment of `service`'s processes."""
    mine = {
        "BIND": f"{HOST}:{site.ports[service]}",
        "WEB_WORKERS": "1",
        "WEB_THREADS": "8",
        "LOG_LEVEL": "info",
    }
    if service == PORTAL:
        return mine | _portal(site)
    mine |= {
        "MONGODB_URI": site.mongodb,
        "MONGODB_DATABASE": service,
        "KAFKA_BOOTSTRAP": site.kafka,
        "KAFKA_TRANSACTIONS": str(site.transactions).lower(),
        "TOKEN_ISSUER": site.url("profiles"),
        "TOKEN_AUDIENCE": "mentormesh",
        "JWKS_URL": f"{site.url('profiles')}/.well-known/jwks.json",
        # The seed and the tests ask more in a minute than people do.
        "RATE_LIMIT_PERSON": "0",
        "RATE_LIMIT_CLIENT": "0",
        "CURSOR_SECRET": site.secrets["CURSOR_SECRET"],
        "METRICS_BIND": f"{HOST}:{site.ports[f'{service}-worker']}",
    }
    extra = {"profiles": _profiles, "notifications": _notifications}.get(service)
    return mine | (extra(site) if extra else {})


def _profiles(site: Site) -> dict[str, str]:
    return {
        "OIDC_ISSUER": site.issuer,
        "OIDC_AUDIENCE": identity.CLIENT_ID,
        "OIDC_LINK_CLAIM": "email",
        "SIGNING_KEY_SECRET": site.secrets["SIGNING_KEY_SECRET"],
        "PORTAL_CLIENT_ID": identity.CLIENT_ID,
        "PORTAL_CLIENT_SECRET": site.secrets["OIDC_CLIENT_SECRET"],
        "PEOPLE_ADMIN": email_of("people_admin"),
    }


def _notifications(site: Site) -> dict[str, str]:
    return {
        "SMTP_URL": f"smtp://{HOST}:{site.ports['mail']}",
        "MAIL_FROM": f"MentorMesh <mentoring@{DOMAIN}>",
        "PORTAL_URL": site.url(PORTAL),
    }


def _portal(site: Site) -> dict[str, str]:
    return {
        **{f"{service.upper()}_URL": site.url(service) for service in SERVICES},
        "OIDC_ISSUER": site.issuer,
        "OIDC_CLIENT_ID": identity.CLIENT_ID,
        "OIDC_CLIENT_SECRET": site.secrets["OIDC_CLIENT_SECRET"],
        "SESSION_SECRET": site.secrets["SESSION_SECRET"],
        "PORTAL_URL": site.url(PORTAL),
        "MONGODB_URI": site.mongodb,
        "MONGODB_DATABASE": PORTAL,
        "CONSENT_PURPOSES": json.dumps(CONSENT, ensure_ascii=False),
    }


def require_installed(service: str) -> None:
    """Refuse a service that this environment cannot run.

    Raises:
        StackFailure: it is not installed.
    """
    if find_spec(service) is None or find_spec(f"{service}.__main__") is None:
        raise StackFailure(f"The service {service} is not installed in {sys.prefix}. Run `make setup`.")


def init(site: Site, service: str) -> Part:
    """The one-off step that makes indexes, topics and the first admin; repeating it changes nothing."""
    argv = [sys.executable, "-m", service, "init"]
    if service == "profiles":
        argv += ["--people-admin", email_of("people_admin")]
    return Part(f"{service}-init", argv, ready=bool, environment=settings(site, service))


def web(site: Site, service: str) -> Part:
    """The service's API (or the portal's pages)."""
    url = site.url(service)
    return Part(
        name=service,
        argv=[sys.executable, "-m", service, "serve"],
        ready=lambda: identity.healthy(f"{url}/readyz"),
        address=url,
        environment=settings(site, service),
    )


def worker(site: Site, service: str) -> Part:
    """The service's relay, consumers and clocks."""
    url = site.url(f"{service}-worker")
    return Part(
        name=f"{service}-worker",
        argv=[sys.executable, "-m", service, "work"],
        ready=lambda: identity.healthy(f"{url}/readyz"),
        address=url,
        environment=settings(site, service),
    )
