"""Groups of the identity provider, which give their members roles where the operator's configuration says so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from profiles.domain.access import GRANTABLE
from profiles.domain.search import folded
from servicekit.entity import Entity
from servicekit.refusals import FieldError, InvalidInput

MOST_MEMBERS = 50_000
RolesByGroup = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Group(Entity):
    """A group and its members' ids; `roles` are what membership gives, by the configuration when it was saved last."""

    name: str
    name_key: str
    external_id: str | None = None
    members: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    created_at: datetime
    changed_at: datetime

    def said(
        self, name: str, external_id: str | None, members: Iterable[str], roles: RolesByGroup, now: datetime
    ) -> "Group":
        """The group as the provider has it now.

        Raises:
            InvalidInput: there is no name, or there are more than 50,000 members.
        """
        kept = tuple(dict.fromkeys(members))
        if not name.strip():
            raise InvalidInput("A group needs a name.", [FieldError("/displayName", "Write the group's name.")])
        if len(kept) > MOST_MEMBERS:
            raise InvalidInput(f"A group has at most {MOST_MEMBERS} members.", [FieldError("/members", "Too many.")])
        key = folded(name)
        return replace(
            self,
            name=name,
            name_key=key,
            external_id=external_id,
            members=kept,
            roles=roles.get(key, ()),
            changed_at=now,
        )

    def without(self, person_id: str, now: datetime) -> "Group":
        """The group after somebody left it."""
        return replace(self, members=tuple(id for id in self.members if id != person_id), changed_at=now)


def new_group(id: str, now: datetime) -> Group:
    """A group of which nothing was said yet."""
    return Group(id=id, name="", name_key="", created_at=now, changed_at=now)


def roles_by_group(text: str) -> RolesByGroup:
    """Read `Mentoring leads=program_manager; HR=people_admin auditor` into folded group name -> roles.

    Raises:
        ValueError: saying which part cannot be.
    """
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        name, equals, roles = part.rpartition("=")
        words = tuple(roles.split())
        if not equals or not name.strip() or not words or set(words) - set(GRANTABLE):
            raise ValueError(f"write GROUP=ROLE with a role of {', '.join(GRANTABLE)}, not {part!r}")
        found[folded(name)] = words
    return found
