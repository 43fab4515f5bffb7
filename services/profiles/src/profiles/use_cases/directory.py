"""The people admins' directory: finding anybody, also who left or is to be forgotten, and what happened to one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from profiles.domain.access import Grant
from profiles.domain.history import Entry
from profiles.domain.person import Person
from profiles.domain.search import Listed, Sought, folded, search_words
from profiles.permissions import TABLE, relations_to_person
from profiles.ports import Store, Unit
from servicekit.caller import Caller

MOST_VALUES = 200


@dataclass(frozen=True, kw_only=True)
class Record:
    """A person in the directory, with the roles given to them here and those that the provider's groups give."""

    person: Person
    roles: tuple[str, ...]
    group_roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Records:
    """One page of the directory; `following` is where the next one begins, None on the last."""

    items: list[Record]
    following: tuple[str, str] | None


def search_directory(
    store: Store,
    caller: Caller,
    query: str,
    sought: Sought,
    role: str | None,
    after: tuple[str, str] | None,
    limit: int,
) -> Records:
    """People by name whom everything that is said fits.

    The query is beginnings of words of a name; or all of an e-mail address, account name, external id or id, and who
    has that comes first on the first page.
    """
    TABLE.require(caller, "person.search")
    wanted = replace(sought, words=search_words(query))

    def work(unit: Unit) -> Records:
        within = wanted if role is None else replace(wanted, ids=_holders(unit, role, wanted.ids))
        first = _known_as(unit, query, within) if query and after is None else []
        named = unit.people_sought(within, after, limit + 1) if wanted.words or not query else []
        found = list({person.id: person for person in (*first, *named)}.values())
        shown = found[:limit]
        following = (shown[-1].sort_name, shown[-1].id) if len(found) > limit else None
        return Records(items=_with_roles(unit, shown), following=following)

    return store.reading(work)


def list_values(store: Store, caller: Caller, fact: Listed) -> list[str]:
    """The departments or sites that there are, in order, the first two hundred."""
    TABLE.require(caller, "person.search")
    return store.reading(lambda unit: unit.values_of(fact, MOST_VALUES))


def read_history(store: Store, caller: Caller, person_id: str) -> list[Entry]:
    """What happened to a person's record, the newest first."""
    TABLE.require(caller, "person.history", relations_to_person(caller.id, person_id))
    return store.reading(lambda unit: list(reversed(unit.require(Person, person_id).history)))


def _holders(unit: Unit, role: str, among: tuple[str, ...] | None) -> tuple[str, ...]:
    ids = set(unit.people_with_role(role))
    return tuple(sorted(ids if among is None else ids & set(among)))


def _known_as(unit: Unit, query: str, sought: Sought) -> list[Person]:
    by_id = unit.get(Person, query)
    found = [*([by_id] if by_id else []), *unit.people_by_keys([query], [folded(query)])]
    fitting = [person for person in found if _fits(person, sought)]
    return sorted({person.id: person for person in fitting}.values(), key=lambda person: person.sort_name)


def _fits(person: Person, sought: Sought) -> bool:
    """Whether everything but the name fits."""
    return (
        sought.status in (None, person.status)
        and sought.department in (None, person.facts.department)
        and sought.site in (None, person.facts.site)
        and (sought.ids is None or person.id in sought.ids)
    )


def _with_roles(unit: Unit, people: Sequence[Person]) -> list[Record]:
    ids = [person.id for person in people]
    unit.prefetch(Grant, ids)
    groups = unit.groups_of(ids) if ids else []
    return [
        Record(
            person=person,
            roles=grant.roles if (grant := unit.get(Grant, person.id)) is not None else (),
            group_roles=tuple(sorted({role for group in groups if person.id in group.members for role in group.roles})),
        )
        for person in people
    ]
