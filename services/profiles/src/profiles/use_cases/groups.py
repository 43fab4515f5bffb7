"""The identity provider's groups: who is in them, and so which roles people have by the operator's configuration."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from profiles.domain.group import Group, RolesByGroup, new_group
from profiles.domain.person import Person
from profiles.permissions import TABLE
from profiles.ports import Order, Store, Unit, Where
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import FieldError, InvalidInput

MOST_NAMED = 10


@dataclass(frozen=True, kw_only=True)
class GroupSaid:
    """What a provider says of a group."""

    name: str
    external_id: str | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Groups:
    """One page of groups."""

    groups: list[Group]
    total: int


def create_group(store: Store, clock: Clock, caller: Caller, said: GroupSaid, roles: RolesByGroup) -> Group:
    """Keep a new group.

    Raises:
        InvalidInput: it has no name, too many members, or members whom nobody knows.
    """
    TABLE.require(caller, "provisioning.use")
    fresh = new_group(new_id("grp"), clock.now())
    return store.atomically(lambda unit: _keep(unit, clock, caller, fresh, said, roles))


def change_group(
    store: Store,
    clock: Clock,
    caller: Caller,
    group_id: str,
    expected: int | None,
    said: GroupSaid,
    roles: RolesByGroup,
) -> Group:
    """Keep a group as the provider has it now; who joined or left has the roles, or no longer, at their next token.

    Raises:
        NotFound, Stale, InvalidInput: as for a new one.
    """
    TABLE.require(caller, "provisioning.use")

    def work(unit: Unit) -> Group:
        return _keep(unit, clock, caller, unit.require(Group, group_id, expected), said, roles)

    return store.atomically(work)


def remove_group(store: Store, clock: Clock, caller: Caller, group_id: str, expected: int | None) -> None:
    """Forget a group; its members lose the roles it gave."""
    TABLE.require(caller, "provisioning.use")

    def work(unit: Unit) -> None:
        group = unit.require(Group, group_id, expected)
        _audit(unit, caller, clock.now(), group, replace(group, members=(), roles=()))
        unit.remove(group)

    store.atomically(work)


def read_group(store: Store, caller: Caller, group_id: str) -> Group:
    """One group; raises NotFound."""
    TABLE.require(caller, "provisioning.use")
    return store.reading(lambda unit: unit.require(Group, group_id))


def search_groups(store: Store, caller: Caller, where: Where, order: Order, skip: int, limit: int | None) -> Groups:
    """One page of the groups that `where` finds; `limit` 0 only counts."""
    TABLE.require(caller, "provisioning.use")

    def work(unit: Unit) -> Groups:
        groups = [] if limit == 0 else unit.groups_where(where, order, skip, limit)
        return Groups(groups=groups, total=unit.count_groups(where))

    return store.reading(work)


def apply_roles(store: Store, clock: Clock, roles: RolesByGroup) -> int:
    """Give every group the roles that the configuration says now; returns how many groups changed."""
    caller = Caller.system("profiles")

    def work(unit: Unit) -> int:
        stale = [
            group for group in unit.groups_where({}, (("_id", 1),), 0, None) if group.roles != _roles(group, roles)
        ]
        for group in stale:
            after = replace(group, roles=_roles(group, roles), changed_at=clock.now())
            _audit(unit, caller, clock.now(), group, after)
            unit.save(after)
        return len(stale)

    return store.atomically(work)


def _roles(group: Group, roles: RolesByGroup) -> tuple[str, ...]:
    return roles.get(group.name_key, ())


def _keep(unit: Unit, clock: Clock, caller: Caller, before: Group, said: GroupSaid, roles: RolesByGroup) -> Group:
    now = clock.now()
    after = before.said(said.name, said.external_id, said.members, roles, now)
    if before.version and replace(after, changed_at=before.changed_at) == before:
        return before
    _require_known(unit, set(after.members) - set(before.members))
    _audit(unit, caller, now, before, after)
    return unit.save(after)


def _require_known(unit: Unit, joining: Iterable[str]) -> None:
    ids = sorted(joining)
    unit.prefetch(Person, ids)
    unknown = [id for id in ids if (person := unit.get(Person, id)) is None or not person.may_come_in]
    if unknown:
        named = ", ".join(unknown[:MOST_NAMED])
        raise InvalidInput(
            f"These are not people who work here: {named}.", [FieldError("/members", "Provision them first.")]
        )


def _audit(unit: Unit, caller: Caller, now: datetime, before: Group, after: Group) -> None:
    # Only what gives or takes a role is worth a row: mailing lists change all day.
    gained = set(after.members) if after.roles else set()
    lost = set(before.members) if before.roles else set()
    for person_id in sorted(gained ^ lost if before.roles == after.roles else gained | lost):
        unit.save(audited(caller, "roles.by-group", person_id, now, after.id, *(after.roles * (person_id in gained))))
