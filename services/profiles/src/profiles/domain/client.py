"""An integrator's client: its scopes, the programs it is limited to, and its secret's hash."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.profiles import ClientChanged
from servicekit.entity import Entity

SCOPES = ("people:read", "people:write", "programs:read", "events:read", "webhooks:manage")


def digest(secret: str) -> str:
    """A secret as it is kept. Secrets are 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Client(Entity):
    """A program with its own credentials; no `programs` means every program."""

    name: str
    scopes: tuple[str, ...]
    programs: tuple[str, ...] = ()
    secret_hash: str
    created_at: datetime
    revoked_at: datetime | None = None

    @property
    def revoked(self) -> bool:
        """Whether it is refused for good."""
        return self.revoked_at is not None

    def knows(self, secret: str) -> bool:
        """Whether `secret` is this client's."""
        return hmac.compare_digest(self.secret_hash, digest(secret))

    def revoked_from(self, now: datetime) -> "Client":
        """The client, refused from now on."""
        return replace(self, revoked_at=now)

    @property
    def snapshot(self) -> ClientChanged:
        """What other services are told."""
        return ClientChanged(client_id=self.id, scopes=self.scopes, programs=self.programs, revoked=self.revoked)
