"""Giving and taking roles, so that somebody who can administer people always remains."""

from dataclasses import replace

from profiles.domain.access import PEOPLE_ADMINS, Grant, Guard
from profiles.domain.errors import LastPeopleAdmin
from profiles.domain.person import Person
from profiles.permissions import TABLE, relations_to_person
from profiles.ports import Store, Unit
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import Stale, WrongState


def read_roles(store: Store, caller: Caller, person_id: str) -> Grant:
    """The roles a person was given; version 0 where they never were given any."""
    TABLE.require(caller, "roles.read", relations_to_person(caller.id, person_id))

    def work(unit: Unit) -> Grant:
        return _grant(unit, unit.require(Person, person_id).id)

    return store.reading(work)


def grant_roles(
    store: Store, clock: Clock, caller: Caller, person_id: str, expected: int | None, roles: tuple[str, ...]
) -> Grant:
    """Give a person exactly these roles, from their next token on.

    Raises:
        WrongState: the person left, and is to get a role.
        LastPeopleAdmin: nobody else could administer people.
        Stale: the roles are at another version than `expected`.
    """
    TABLE.require(caller, "roles.grant")

    def work(unit: Unit) -> Grant:
        person = unit.require(Person, person_id)
        before = _grant(unit, person_id)
        if expected is not None and before.version != expected:
            raise Stale(f"The roles are at version {before.version}, not {expected}. Fetch them and repeat the change.")
        after = replace(before, roles=tuple(sorted(set(roles))))
        if after.roles == before.roles:
            return before
        if roles and not person.may_come_in:
            raise WrongState(f"{person_id} left the organisation and can be given no role.")
        by_group = {role for group in unit.groups_of([person_id]) for role in group.roles}
        if "people_admin" in set(before.roles) - set(roles) - by_group:
            keep_a_people_admin(unit, person_id)
        unit.save(audited(caller, "roles.grant", person_id, clock.now(), *after.roles))
        return unit.save(after)

    return store.atomically(work)


def end_access(unit: Unit, clock: Clock, caller: Caller, person_id: str) -> None:
    """Take every role and every session from somebody who leaves, so that coming back reopens nothing by itself.

    HR's word counts more than the rule that a people admin remains: `init` makes another.
    """
    for family in unit.live_refresh_families(person_id):
        unit.save(family.closed())
    grant = unit.get(Grant, person_id)
    if grant is not None and grant.roles:
        unit.save(audited(caller, "roles.end", person_id, clock.now(), *grant.roles))
        unit.save(replace(grant, roles=()))
    for group in unit.groups_of([person_id]):
        unit.save(group.without(person_id, clock.now()))


def _grant(unit: Unit, person_id: str) -> Grant:
    return unit.get(Grant, person_id) or Grant(id=person_id)


def keep_a_people_admin(unit: Unit, leaving: str) -> None:
    """Pass where somebody beside `leaving` can administer people; raises LastPeopleAdmin.

    Roles by hand count and those by a group, which last until somebody takes them. A role by a provider's claim does
    not: it is known for as long as a sign-in only, and nobody here can say whether the next one will have it.
    """
    # Two admins who take the role from each other at once must conflict, so both go through one document.
    unit.save(unit.get(Guard, PEOPLE_ADMINS) or Guard(id=PEOPLE_ADMINS))
    others = [id for id in unit.people_with_role("people_admin") if id != leaving]
    unit.prefetch(Person, others)
    if not any((person := unit.get(Person, id)) is not None and person.may_come_in for id in others):
        raise LastPeopleAdmin("This is the last people admin. Give the role to somebody else first.")
