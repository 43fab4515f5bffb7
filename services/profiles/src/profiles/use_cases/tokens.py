"""Platform tokens: for a person whom the identity provider vouches for, for a refresh token, for a client."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from profiles.domain.access import ACCESS_TOKEN_LIVES, Grant, PortalClient, RefreshFamily, SignInLink
from profiles.domain.client import Client
from profiles.domain.errors import InvalidClient, InvalidGrant, InvalidScope, NotProvisioned
from profiles.domain.person import Person
from profiles.domain.search import folded
from profiles.ports import Identity, IdentityProvider, Store, TokenSigner, Unit
from servicekit.clock import Clock
from servicekit.ids import new_id


@dataclass(frozen=True, kw_only=True)
class Issued:
    """An access token with what came along; `scope` is a client's, the refresh token a person's. Times in seconds."""

    access_token: str
    expires_in: int
    scope: str | None = None
    refresh_token: str | None = None
    refresh_expires_in: int | None = None


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A person's newest refresh token with what their access token says."""

    family: RefreshFamily
    refresh_token: str
    roles: tuple[str, ...]


def require_portal(portal: PortalClient, client_id: str, secret: str) -> None:
    """Pass for the portal only; raises InvalidClient."""
    if not portal.is_named_by(client_id, secret):
        raise InvalidClient("Only the portal may do this, and these are not its credentials.")


def exchange_id_token(
    store: Store, clock: Clock, provider: IdentityProvider, signer: TokenSigner, id_token: str
) -> Issued:
    """Tokens for the person whom a verified ID token names; the first sign-in links them to its subject.

    Raises:
        InvalidGrant: the ID token is not valid for us.
        NotProvisioned: nobody here matches, they left, or they are linked to another account of that provider.
    """
    identity = provider.identify(id_token)
    secret, now = secrets.token_urlsafe(32), clock.now()

    def work(unit: Unit) -> SignedIn:
        person = _person_of(unit, identity, now)
        family = unit.save(RefreshFamily.begun(new_id("rtf"), person.id, secret, now, identity.roles))
        return _signed_in(unit, family, secret)

    return _issued_to_person(store.atomically(work), signer, now)


def refresh_token(store: Store, clock: Clock, signer: TokenSigner, token: str) -> Issued:
    """New tokens for a refresh token, which is used up by it; one that comes again ends its whole family.

    Raises:
        InvalidGrant: it is unknown, expired, used before, or its person left.
    """
    family_id, _, given = token.partition(".")
    secret, now = secrets.token_urlsafe(32), clock.now()

    def work(unit: Unit) -> SignedIn | None:
        family = unit.get(RefreshFamily, family_id)
        if family is None or not family.is_live(now):
            return None
        person = unit.get(Person, family.person_id)
        if not family.newest_is(given) or person is None or not person.may_come_in:
            # Kept, not raised: a refusal would roll the ending back.
            unit.save(family.closed())
            return None
        return _signed_in(unit, unit.save(family.rotated(secret, now)), secret)

    signed_in = store.atomically(work)
    if signed_in is None:
        raise InvalidGrant("The refresh token is unknown, expired or used before. Sign in again.")
    return _issued_to_person(signed_in, signer, now)


def issue_to_client(
    store: Store, clock: Clock, signer: TokenSigner, client_id: str, secret: str, scope: str | None
) -> Issued:
    """A token for a client, for the scopes it asks for or all of its own.

    Raises:
        InvalidClient: unknown, revoked, or a wrong secret.
        InvalidScope: it asks for one it was not given.
    """
    client = store.reading(lambda unit: unit.get(Client, client_id))
    if client is None or client.revoked or not client.knows(secret):
        raise InvalidClient("The client is unknown or revoked, or its secret is wrong.")
    asked = tuple(dict.fromkeys(scope.split())) if scope else client.scopes
    if foreign := sorted(set(asked) - set(client.scopes)):
        raise InvalidScope(f"This client was not given: {', '.join(foreign)}.")
    now = clock.now()
    claims = {
        **_claims(client.id, "client", now),
        "roles": [],
        "scope": " ".join(asked),
        "programs": list(client.programs),
    }
    return Issued(access_token=signer.sign(claims), expires_in=_LIVES, scope=" ".join(asked))


_LIVES = int(ACCESS_TOKEN_LIVES.total_seconds())


def _person_of(unit: Unit, identity: Identity, now: datetime) -> Person:
    link_id = SignInLink.id_of(identity.issuer, identity.subject)
    link = unit.get(SignInLink, link_id)
    person = unit.get(Person, link.person_id) if link else _matching(unit, identity)
    if person is None or not person.may_come_in:
        raise NotProvisioned("You are not registered here, or no longer. Ask your people admins.")
    if link is None:
        # An address that was given to somebody else must not open the account of whom it belonged to.
        if unit.links_of(person.id, identity.issuer):
            raise NotProvisioned("You are registered with another account of this provider. Ask your people admins.")
        unit.save(SignInLink(id=link_id, issuer=identity.issuer, person_id=person.id, linked_at=now))
    return person


def _matching(unit: Unit, identity: Identity) -> Person | None:
    if identity.external_id is not None:
        return unit.person_by_external_id(identity.external_id)
    return unit.person_by_email(folded(identity.email)) if identity.email is not None else None


def _signed_in(unit: Unit, family: RefreshFamily, secret: str) -> SignedIn:
    grant = unit.get(Grant, family.person_id)
    by_group = {role for group in unit.groups_of([family.person_id]) for role in group.roles}
    granted = {*family.roles, *(grant.roles if grant else ()), *by_group} - {"employee"}
    roles = ("employee", *sorted(granted))
    return SignedIn(family=family, refresh_token=f"{family.id}.{secret}", roles=roles)


def _issued_to_person(signed_in: SignedIn, signer: TokenSigner, now: datetime) -> Issued:
    family = signed_in.family
    claims = {
        **_claims(family.person_id, "person", now),
        "sid": family.id,
        "roles": list(signed_in.roles),
        "scope": "",
        "programs": [],
    }
    return Issued(
        access_token=signer.sign(claims),
        expires_in=_LIVES,
        refresh_token=signed_in.refresh_token,
        refresh_expires_in=int((family.expires_at - now).total_seconds()),
    )


def _claims(subject: str, kind: str, now: datetime) -> Mapping[str, Any]:
    seconds = int(now.timestamp())
    return {
        "sub": subject,
        "kind": kind,
        "iat": seconds,
        "nbf": seconds,
        "exp": seconds + _LIVES,
        "jti": new_id("tok"),
    }
