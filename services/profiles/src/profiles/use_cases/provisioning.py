"""What the identity provider does to people: provisioning them, withdrawing them, finding them by what it knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from profiles.domain.account import Account
from profiles.domain.errors import UserNameTaken
from profiles.domain.group import Group
from profiles.domain.person import Facts, Person, Status
from profiles.domain.search import folded
from profiles.permissions import TABLE
from profiles.ports import Order, Store, Unit, Where
from profiles.use_cases.people import change_person, register_person
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import NotFound
from servicekit.store import JoinedStore


@dataclass(frozen=True, kw_only=True)
class Provisioned:
    """People as the provider sees them: with their groups, by id."""

    people: list[Person]
    total: int
    groups: Mapping[str, list[Group]]


def provision_person(store: Store, clock: Clock, caller: Caller, facts: Facts, active: bool) -> Person:
    """Make somebody known as the provider has them; whom it had deleted comes back as the same person.

    Raises:
        UserNameTaken, EmailTaken, ExternalIdTaken: somebody else has it.
        InvalidInput: a fact cannot be.
    """
    TABLE.require(caller, "provisioning.use")

    def work(unit: Unit) -> Person:
        joined: Store = JoinedStore(unit)
        known = _withdrawn(unit, facts)
        if known is None:
            person = register_person(joined, clock, caller, facts)
            return person if active else change_person(joined, clock, caller, person.id, None, {}, "left")
        changes = {name: getattr(facts, name) for name in facts.__dataclass_fields__}
        return change_person(joined, clock, caller, known.id, None, changes, "active" if active else None)

    return store.atomically(work)


def reprovision_person(
    store: Store,
    clock: Clock,
    caller: Caller,
    person_id: str,
    expected: int | None,
    changes: Mapping[str, Any],
    active: bool | None,
) -> Person:
    """Change a person as the provider has them now; `active` false is leaving, true again coming back, None neither.

    Raises:
        NotFound: there is no such person, or the provider deleted them.
        Stale, InvalidInput, UserNameTaken, EmailTaken, ExternalIdTaken: as for `change_person`.
    """
    TABLE.require(caller, "provisioning.use")

    def work(unit: Unit) -> Person:
        person = _visible(unit, person_id)
        return change_person(JoinedStore(unit), clock, caller, person_id, expected, changes, _status(person, active))

    return store.atomically(work)


def withdraw_person(store: Store, clock: Clock, caller: Caller, person_id: str, expected: int | None) -> Person:
    """The provider deletes an account: the person leaves and is gone for the provider until it sends them again.

    Nothing is destroyed by it: that is what an erasure is for, and a deletion may be a mistake in a mapping.
    """
    TABLE.require(caller, "provisioning.use")

    def work(unit: Unit) -> Person:
        person = _visible(unit, person_id)
        account = person.facts.account or Account(user_name=person.facts.email)
        gone = {"account": replace(account, withdrawn=True)}
        return change_person(JoinedStore(unit), clock, caller, person_id, expected, gone, "left")

    return store.atomically(work)


def read_provisioned(store: Store, caller: Caller, person_id: str) -> Provisioned:
    """One person as the provider sees them; raises NotFound."""
    TABLE.require(caller, "provisioning.use")
    return store.reading(lambda unit: _with_groups(unit, [_visible(unit, person_id)], 1))


def search_provisioned(
    store: Store, caller: Caller, where: Where, order: Order, skip: int, limit: int | None
) -> Provisioned:
    """One page of the people whom `where` finds; `limit` 0 only counts."""
    TABLE.require(caller, "provisioning.use")

    def work(unit: Unit) -> Provisioned:
        total = unit.count_provisioned(where)
        people = [] if limit == 0 else unit.provisioned(where, order, skip, limit)
        return _with_groups(unit, people, total)

    return store.reading(work)


def find_manager(store: Store, caller: Caller, said: str) -> str | None:
    """The id of whom a provider names as manager: by id, external id or account name."""
    TABLE.require(caller, "provisioning.use")

    def work(unit: Unit) -> str | None:
        person = unit.get(Person, said) or unit.person_by_external_id(said) or unit.person_by_user_name(folded(said))
        return person.id if person else None

    return store.reading(work)


def _visible(unit: Unit, person_id: str) -> Person:
    person = unit.require(Person, person_id)
    if not person.is_provisioned:
        raise NotFound(f"{person_id} was deleted by the identity provider.")
    return person


def _withdrawn(unit: Unit, facts: Facts) -> Person | None:
    account = facts.account or Account(user_name=facts.email)
    known = unit.person_by_user_name(folded(account.user_name))
    if known is None and facts.external_id is not None:
        known = unit.person_by_external_id(facts.external_id)
    if known is not None and known.is_provisioned and known.user_name_key == folded(account.user_name):
        raise UserNameTaken(f"{known.id} has this account name.")
    return None if known is None or known.is_provisioned else known


def _status(person: Person, active: bool | None) -> Status | None:
    if active is None or active == person.may_come_in:
        # Somebody on leave is active for a provider, and stays on leave.
        return None
    return "active" if active else "left"


def _with_groups(unit: Unit, people: Sequence[Person], total: int) -> Provisioned:
    found = unit.groups_of([person.id for person in people]) if people else []
    groups = {person.id: [group for group in found if person.id in group.members] for person in people}
    return Provisioned(people=list(people), total=total, groups=groups)
