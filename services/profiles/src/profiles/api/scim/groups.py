"""A group as SCIM has it, and back."""

from typing import Any

from scim2_models import Meta, Reference, Resource

from profiles.api.scim.people import version_of
from profiles.api.scim.resources import Group as GroupResource
from profiles.api.scim.resources import Member
from profiles.domain.group import Group
from profiles.use_cases.groups import GroupSaid


def resource_of(group: Group) -> Resource[Any]:
    """The group that a provider sees."""
    members = [Member(value=id, ref=Reference(f"Users/{id}"), type="User") for id in group.members]
    return GroupResource(
        id=group.id,
        external_id=group.external_id,
        display_name=group.name,
        members=members or None,
        meta=Meta(
            resource_type="Group",
            created=group.created_at,
            last_modified=group.changed_at,
            version=version_of(group.version),
        ),
    )


def group_said(resource: Any) -> GroupSaid:
    """What a provider says of a group."""
    members = (
        one.value or (str(one.ref).rstrip("/").rpartition("/")[2] if one.ref else "") for one in resource.members or ()
    )
    return GroupSaid(
        name=resource.display_name or "",
        external_id=resource.external_id or None,
        members=tuple(id for id in members if id),
    )
