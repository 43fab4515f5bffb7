"""Who may come in: role grants, links to the identity provider, refresh tokens, signing keys."""

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from profiles.domain.client import digest
from servicekit.entity import Entity

GRANTABLE = ("program_manager", "people_admin", "auditor")
ACCESS_TOKEN_LIVES = timedelta(minutes=5)
REFRESH_IDLE = timedelta(hours=8)
REFRESH_ABSOLUTE = timedelta(hours=12)


@dataclass(frozen=True)
class PortalClient:
    """The portal's credentials, set by the operator: it alone may exchange ID tokens and refresh."""

    id: str
    secret: str = field(repr=False)

    def is_named_by(self, id: str, secret: str) -> bool:
        """Whether these are its credentials; takes equally long either way."""
        right_id = hmac.compare_digest(self.id.encode(), id.encode())
        return hmac.compare_digest(self.secret.encode(), secret.encode()) and right_id


@dataclass(frozen=True, kw_only=True)
class Grant(Entity):
    """The roles a person was given here; the id is the person's."""

    roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SignInLink(Entity):
    """The person whom an identity provider's subject stands for; made at the first sign-in."""

    issuer: str
    person_id: str
    linked_at: datetime

    @staticmethod
    def id_of(issuer: str, subject: str) -> str:
        """The link's id; a subject may be long and personal, so only its hash is kept."""
        return "lnk_" + hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class RefreshFamily(Entity):
    """All refresh tokens that descend from one sign-in; only the newest is good.

    A token that comes a second time was stolen, or its reply was lost: nobody can tell, so the family ends
    (RFC 9700 section 4.14.2). `roles` are those that the identity provider gave at the sign-in.
    """

    person_id: str
    token_hash: str
    started_at: datetime
    used_at: datetime
    expires_at: datetime
    roles: tuple[str, ...] = ()
    ended: bool = False

    @staticmethod
    def begun(id: str, person_id: str, secret: str, now: datetime, roles: tuple[str, ...] = ()) -> "RefreshFamily":
        """The family of a sign-in that happens now."""
        return RefreshFamily(
            id=id,
            person_id=person_id,
            token_hash=digest(secret),
            started_at=now,
            used_at=now,
            expires_at=now + REFRESH_IDLE,
            roles=roles,
        )

    def is_live(self, now: datetime) -> bool:
        """Whether its newest token may still be used."""
        return not self.ended and now < self.expires_at

    def newest_is(self, secret: str) -> bool:
        """Whether `secret` belongs to the newest token."""
        return hmac.compare_digest(self.token_hash, digest(secret))

    def rotated(self, secret: str, now: datetime) -> "RefreshFamily":
        """The family with another newest token."""
        expires_at = min(now + REFRESH_IDLE, self.started_at + REFRESH_ABSOLUTE)
        return replace(self, token_hash=digest(secret), used_at=now, expires_at=expires_at)

    def closed(self) -> "RefreshFamily":
        """The family, none of whose tokens is good any more."""
        return replace(self, ended=True)


@dataclass(frozen=True, kw_only=True)
class SigningKey(Entity):
    """One key that platform tokens are signed by; the id is its `kid`, `sealed` the encrypted private part."""

    public: dict[str, Any]
    sealed: str
    signs_from: datetime


@dataclass(frozen=True, kw_only=True)
class Guard(Entity):
    """Raised by every change of something that spans documents, so that two such changes conflict."""


REPORTING_LINES = "reporting-lines"
PEOPLE_ADMINS = "people-admins"
