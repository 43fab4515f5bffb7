"""An integrator's client: its scopes, the programs it is limited to, and its secret's hash."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.profiles import ClientChanged
from servicekit.entity import Entity
from servicekit.refusals import WrongState

SCOPES = ("people:read", "people:write", "programs:read", "events:read", "webhooks:manage")


def digest(secret: str) -> str:
    """A secret as it is kept. Secrets are 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Client(Entity):
    """A program with its own credentials; no `programs` means every program.

    While its owner exchanges the secret, the one before (`older_secret_hash`) is as good.
    """

    name: str
    scopes: tuple[str, ...]
    programs: tuple[str, ...] = ()
    secret_hash: str
    older_secret_hash: str | None = None
    rotated_at: datetime | None = None
    created_at: datetime
    revoked_at: datetime | None = None

    @property
    def revoked(self) -> bool:
        """Whether it is refused for good."""
        return self.revoked_at is not None

    def knows(self, secret: str) -> bool:
        """Whether `secret` is one of this client's two; takes equally long whichever it is."""
        given = digest(secret)
        older = hmac.compare_digest(self.older_secret_hash or self.secret_hash, given)
        return hmac.compare_digest(self.secret_hash, given) or older

    def changed(self, name: str, scopes: tuple[str, ...], programs: tuple[str, ...]) -> "Client":
        """The client by this name, with these scopes, limited to these programs.

        Raises:
            WrongState: it was revoked.
        """
        if self.revoked:
            raise WrongState(f"{self.id} was revoked. Create another client.")
        return replace(self, name=name, scopes=tuple(dict.fromkeys(scopes)), programs=tuple(dict.fromkeys(programs)))

    def rotated(self, secret: str, now: datetime) -> "Client":
        """The client with a new secret beside the present one; an older one than that is good no more.

        Raises:
            WrongState: it was revoked.
        """
        if self.revoked:
            raise WrongState(f"{self.id} was revoked. Create another client.")
        return replace(self, secret_hash=digest(secret), older_secret_hash=self.secret_hash, rotated_at=now)

    def retired(self) -> "Client":
        """The client with its newest secret alone; again changes nothing."""
        return replace(self, older_secret_hash=None)

    def revoked_from(self, now: datetime) -> "Client":
        """The client, refused from now on."""
        return replace(self, revoked_at=now)

    @property
    def snapshot(self) -> ClientChanged:
        """What other services are told."""
        return ClientChanged(client_id=self.id, scopes=self.scopes, programs=self.programs, revoked=self.revoked)
