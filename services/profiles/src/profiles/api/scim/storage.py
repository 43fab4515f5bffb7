"""The use cases as the storage that the SCIM library reads from and writes to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from scim2_models import InvalidValueException, NotImplementedException, Resource, ResourceType, SCIMException
from scim2_server.storage import ScimStorage, SearchPage

from profiles.api.scim import filters
from profiles.api.scim.groups import group_said, resource_of
from profiles.api.scim.people import facts_of, manager_said, user_of, version_expected
from profiles.api.scim.refusals import as_scim
from profiles.domain.group import RolesByGroup
from profiles.domain.person import Facts, Person
from profiles.ports import Store
from profiles.use_cases import groups, provisioning
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import Refusal

log = structlog.get_logger()


class UseCaseStorage(ScimStorage):
    """One caller's view of people and groups: what is written goes through the use cases, and so becomes events."""

    def __init__(self, store: Store, clock: Clock, caller: Caller, roles: RolesByGroup, default_time_zone: str) -> None:
        self._store = store
        self._clock = clock
        self._caller = caller
        self._roles = roles
        self._default_time_zone = default_time_zone

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Turn what the use cases refuse into SCIM's errors; the library tells them, in bulk one by one."""
        try:
            yield
        except Refusal as refusal:
            raise as_scim(refusal) from refusal
        except SCIMException:
            raise
        except Exception as failure:
            # In a bulk request the library answers a bare 500 for it, so it is told here.
            log.error("scim-operation-failed", exc_info=failure)
            raise

    def get(self, resource_type: ResourceType, resource_id: str, *, response_parameters: Any = None) -> Resource[Any]:
        if resource_type.name == "Group":
            return resource_of(groups.read_group(self._store, self._caller, resource_id))
        found = provisioning.read_provisioned(self._store, self._caller, resource_id)
        return user_of(found.people[0], found.groups[resource_id])

    def search(self, resource_types: list[ResourceType], search_request: Any, *, position: Any = None) -> SearchPage:
        if len(resource_types) != 1:
            raise NotImplementedException(detail="Search /Users or /Groups, one at a time.")
        is_group = resource_types[0].name == "Group"
        places = filters.GROUPS if is_group else filters.PEOPLE
        asked = search_request.filter
        where = filters.where_of(asked.ast, places) if asked is not None else filters.EVERYTHING
        descending = str(search_request.sort_order or "").casefold() == "descending"
        order = filters.order_of(search_request.sort_by, descending, places)
        skip, limit = search_request.start_index_0 or 0, search_request.count
        if is_group:
            page = groups.search_groups(self._store, self._caller, where, order, skip, limit)
            return SearchPage(page.total, [resource_of(one) for one in page.groups])
        found = provisioning.search_provisioned(self._store, self._caller, where, order, skip, limit)
        return SearchPage(found.total, [user_of(person, found.groups[person.id]) for person in found.people])

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        if resource_type.name == "Group":
            group = groups.create_group(self._store, self._clock, self._caller, group_said(resource), self._roles)
            return self.get(resource_type, group.id)
        # A new user is active unless said otherwise, and is told so.
        active = _active(resource) is not False
        resource = resource.model_copy(update={"active": active})
        facts = Facts(**facts_of(resource, {}, self._default_time_zone), manager_id=self._manager(resource))
        person = provisioning.provision_person(self._store, self._clock, self._caller, facts, active)
        return self.get(resource_type, person.id)

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        id, expected = str(resource.id), version_expected(expected_version)
        if resource_type.name == "Group":
            groups.change_group(self._store, self._clock, self._caller, id, expected, group_said(resource), self._roles)
        else:
            before = provisioning.read_provisioned(self._store, self._caller, id).people[0]
            provisioning.reprovision_person(
                self._store, self._clock, self._caller, id, expected, self._changes(before, resource), _active(resource)
            )
        return self.get(resource_type, id)

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        expected = version_expected(expected_version)
        if resource_type.name == "Group":
            groups.remove_group(self._store, self._clock, self._caller, resource_id, expected)
        else:
            provisioning.withdraw_person(self._store, self._clock, self._caller, resource_id, expected)

    def _changes(self, before: Person, resource: Resource[Any]) -> dict[str, Any]:
        said = facts_of(resource, before.facts.attributes, self._default_time_zone)
        return {**said, "manager_id": self._manager(resource)}

    def _manager(self, resource: Resource[Any]) -> str | None:
        said = manager_said(resource)
        if said is None:
            return None
        found = provisioning.find_manager(self._store, self._caller, said)
        if found is None:
            raise InvalidValueException(detail=f"manager: nobody here is known as {said!r}; provision them first.")
        return found


def _active(resource: Any) -> bool | None:
    return None if resource.active is None else bool(resource.active)
