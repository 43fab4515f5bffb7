"""Clients of integrators: making one, listing them, changing what one may do, revoking one."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from profiles.domain.client import Client, digest
from profiles.permissions import TABLE, relations_to_client
from profiles.ports import Store, Unit
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id


@dataclass(frozen=True, kw_only=True)
class Clients:
    """One page of clients; `following` is the id after which the next one begins, None on the last."""

    items: list[Client]
    following: str | None


def new_secret() -> str:
    """A secret of 256 random bits, as text."""
    return secrets.token_urlsafe(32)


def create_client(
    store: Store,
    clock: Clock,
    caller: Caller,
    secret: str,
    name: str,
    scopes: tuple[str, ...],
    programs: tuple[str, ...],
) -> Client:
    """Let an integrator's program in with this secret, for these scopes and, where named, these programs only."""
    TABLE.require(caller, "client.create")
    now = clock.now()
    client = Client(
        id=new_id("cli"),
        name=name,
        scopes=tuple(dict.fromkeys(scopes)),
        programs=tuple(dict.fromkeys(programs)),
        secret_hash=digest(secret),
        created_at=now,
    )

    def work(unit: Unit) -> Client:
        unit.save(audited(caller, "client.create", client.id, now, *client.scopes))
        return unit.save(client, client.snapshot)

    return store.atomically(work)


def change_client(
    store: Store, clock: Clock, caller: Caller, client_id: str, expected: int | None, changes: Mapping[str, Any]
) -> Client:
    """Change a client's `name`, `scopes` or `programs`; what is left out stays. Tokens that say more are refused.

    Raises:
        WrongState: the client was revoked.
        Stale: it is at another version than `expected`.
    """
    TABLE.require(caller, "client.change")

    def work(unit: Unit) -> Client:
        before = unit.require(Client, client_id, expected)
        after = before.changed(
            changes.get("name", before.name),
            tuple(changes.get("scopes", before.scopes)),
            tuple(changes.get("programs", before.programs)),
        )
        if after == before:
            return before
        unit.save(audited(caller, "client.change", client_id, clock.now(), *after.scopes))
        return unit.save(after, after.snapshot)

    return store.atomically(work)


def revoke_client(store: Store, clock: Clock, caller: Caller, client_id: str, expected: int | None = None) -> Client:
    """Refuse a client for good; again changes nothing."""
    TABLE.require(caller, "client.revoke")

    def work(unit: Unit) -> Client:
        client = unit.require(Client, client_id, expected)
        if client.revoked:
            return client
        revoked = client.revoked_from(clock.now())
        unit.save(audited(caller, "client.revoke", client_id, clock.now()))
        return unit.save(revoked, revoked.snapshot)

    return store.atomically(work)


def rotate_secret(
    store: Store, clock: Clock, caller: Caller, secret: str, client_id: str, expected: int | None = None
) -> Client:
    """Give a client another secret; the present one stays good until it is retired, or until the next one.

    Raises:
        WrongState: the client was revoked.
    """
    TABLE.require(caller, "client.rotate", relations_to_client(caller, client_id))

    def work(unit: Unit) -> Client:
        rotated = unit.require(Client, client_id, expected).rotated(secret, clock.now())
        unit.save(audited(caller, "client.rotate", client_id, clock.now()))
        return unit.save(rotated)

    return store.atomically(work)


def retire_secret(store: Store, clock: Clock, caller: Caller, client_id: str, expected: int | None = None) -> Client:
    """End the time of the older secret; where there is one secret only, nothing changes."""
    TABLE.require(caller, "client.retire", relations_to_client(caller, client_id))

    def work(unit: Unit) -> Client:
        client = unit.require(Client, client_id, expected)
        if client.older_secret_hash is None:
            return client
        unit.save(audited(caller, "client.retire", client_id, clock.now()))
        return unit.save(client.retired())

    return store.atomically(work)


def read_client(store: Store, caller: Caller, client_id: str) -> Client:
    """One client."""
    TABLE.require(caller, "client.read", relations_to_client(caller, client_id))
    return store.reading(lambda unit: unit.require(Client, client_id))


def list_clients(store: Store, caller: Caller, after: str | None, limit: int) -> Clients:
    """Clients in the order they were made."""
    TABLE.require(caller, "client.list")

    def work(unit: Unit) -> Clients:
        found = unit.clients_after(after, limit + 1)
        shown = found[:limit]
        return Clients(items=shown, following=shown[-1].id if len(found) > limit else None)

    return store.reading(work)
