"""How people are found: by key, by name and fact, and as their provider asks for them."""

from collections.abc import Callable, Iterator, Sequence

import servicekit.store
from profiles.domain.access import Grant
from profiles.domain.group import Group
from profiles.domain.person import Person
from profiles.domain.search import HEIGHTS, Listed, Sought, folded, leading_prefix, slices_behind
from servicekit.store import Order, Where

_BY_NAME: Order = (("sort_name", 1), ("_id", 1))
_MOST_AT_ONCE = 1000
_FEW = 200
_UNIQUE = frozenset({"_id", "email_key", "external_key", "user_name_key"})


class People(servicekit.store.Unit):
    """The questions for people; `Unit` has them all."""

    def person_by_email(self, key: str) -> Person | None:
        return self.first(Person, {"email_key": key})

    def person_by_external_id(self, external_id: str) -> Person | None:
        return self.first(Person, {"external_key": external_id})

    def person_by_user_name(self, key: str) -> Person | None:
        return self.first(Person, {"user_name_key": key})

    def people_by_keys(self, external_ids: Sequence[str], names: Sequence[str]) -> list[Person]:
        # Three questions, each by its index, instead of one `$or`, which not every server answers by indexes.
        asked = (("external_key", external_ids), ("email_key", names), ("user_name_key", names))
        found = [self.find(Person, {field: {"$in": list(keys)}}) for field, keys in asked if keys]
        return list({person.id: person for people in found for person in people}.values())

    def people_named(
        self, words: Sequence[str], exact: str | None, after: tuple[str, str] | None, limit: int
    ) -> list[Person]:
        def fits(person: Person) -> bool:
            return person.status != "left" and person.erasure_id is None and _is_named(person, words)

        found = self._by_name(_narrowest(Sought(words=tuple(words))), fits, after, limit)
        if exact is not None:
            known = self.people_by_keys([exact], [folded(exact)])
            meant = [one for one in known if exact == one.external_key or folded(exact) == one.email_key]
            found += [person for person in meant if after is None or _place(person) > after]
        return sorted({person.id: person for person in found}.values(), key=_place)[:limit]

    def people_sought(self, sought: Sought, after: tuple[str, str] | None, limit: int) -> list[Person]:
        among = None if sought.ids is None else frozenset(sought.ids)

        def fits(person: Person) -> bool:
            return (
                sought.status in (None, person.status)
                and sought.department in (None, person.facts.department)
                and sought.site in (None, person.facts.site)
                and (among is None or person.id in among)
                and _is_named(person, sought.words)
            )

        if among is None or len(among) > _FEW:
            return self._by_name(_narrowest(sought), fits, after, limit)
        self.prefetch(Person, among)
        people = [person for id in among if (person := self.get(Person, id)) is not None and fits(person)]
        return sorted((one for one in people if after is None or _place(one) > after), key=_place)[:limit]

    def people_with_role(self, role: str) -> list[str]:
        given = [grant.id for grant in self.find(Grant, {"roles": role})]
        groups = self.find(Group, {"roles": role})
        return list(dict.fromkeys([*given, *(id for group in groups for id in group.members)]))

    def known_to_hr(self, after: str, limit: int) -> list[Person]:
        where = {"_id": {"$gt": after}, "status": {"$ne": "left"}, "external_key": {"$gt": ""}}
        return self.find(Person, where, limit=limit)

    def values_of(self, fact: Listed, limit: int) -> list[str]:
        # Landmarks tell the values that many share, so that few people lie between two of them. There one goes from
        # each value to the next by the index.
        field, order = f"facts.{fact}", ((f"facts.{fact}", 1), ("sort_name", 1), ("_id", 1))
        seen = [one.facts for height in HEIGHTS[:-1] for one in self.find(Person, {"landmark": height})]
        known = sorted({str(getattr(facts, fact)) for facts in seen} - {""})
        found = [""]
        for end in (*known, None):
            bound = {"$lt": end} if end is not None else {}
            while len(found) <= limit:
                # From the least text behind a value, so that no server passes over everybody who has it.
                behind = self.first(Person, {field: {"$gte": found[-1] + "\0", **bound}}, order)
                if behind is None:
                    break
                found.append(str(getattr(behind.facts, fact)))
            found += [end] if end is not None else []
        return found[1 : limit + 1]

    def provisioned(self, where: Where, order: Order, skip: int, limit: int | None) -> list[Person]:
        if _names_one(where):
            found = [person for person in self.find(Person, where) if person.is_provisioned]
            return found[skip:] if limit is None else found[skip : skip + limit]
        return self.find(Person, _provisioned(where), order, limit, skip)

    def count_provisioned(self, where: Where) -> int:
        if _names_one(where):
            return len(self.provisioned(where, (), 0, None))
        return self.count(Person, _provisioned(where))

    def _by_name(
        self, where: Where, fits: Callable[[Person], bool], after: tuple[str, str] | None, limit: int
    ) -> list[Person]:
        """The first people by (sort name, id) behind `after` that one indexed equality finds and `fits` lets pass."""
        found: list[Person] = []
        start, at_once = after[0] if after else "", limit
        for first, end in slices_behind(start, self._landmarks(start)):
            for people in self._slice(where, first, end, at_once):
                found += [one for one in people if (after is None or _place(one) > after) and fits(one)]
                if len(found) >= limit:
                    return found[:limit]
            # Slices widen, and a server may read a whole one as often as it is asked for more of it.
            at_once = min(2 * at_once, _MOST_AT_ONCE)
        return found

    def _landmarks(self, name: str) -> list[str]:
        """Names behind `name` in order: close to one another at first, then ever farther apart."""
        found: list[str] = []
        for height in HEIGHTS:
            # Few of each height, however many people there are: as far as the second that is higher, since one alone
            # may stand right at the beginning.
            names = {"$gt": name} | ({"$lt": found[1]} if len(found) > 1 else {})
            people = self.find(Person, {"landmark": height, "sort_name": names}, _BY_NAME)
            found = sorted([*found, *(person.sort_name for person in people)])
        return found

    def _slice(self, where: Where, first: str, end: str | None, limit: int) -> Iterator[list[Person]]:
        """Everybody of one slice of the alphabet in order, at first so many at once."""
        seen: tuple[str, str] | None = None
        while True:
            names = {"$gte": seen[0] if seen else first} | ({"$lt": end} if end is not None else {})
            people = self.find(Person, {**where, "sort_name": names}, _BY_NAME, limit)
            yield [person for person in people if seen is None or _place(person) > seen]
            if len(people) < limit:
                return
            # A name that more people share than were asked for is passed by asking for more.
            seen, limit = _place(people[-1]), 2 * limit


def _narrowest(sought: Sought) -> Where:
    """The one condition that finds few people by its index; the others choose among those found."""
    is_vague = max(map(len, sought.words), default=0) < 2
    if sought.words and not (is_vague and sought.department is not None):
        return {"name_prefixes": leading_prefix(sought.words, sought.department)}
    said = {"facts.department": sought.department, "facts.site": sought.site, "status": sought.status}
    return next(({name: value} for name, value in said.items() if value is not None), {})


def _is_named(person: Person, words: Sequence[str]) -> bool:
    return all(word in person.name_prefixes for word in words)


def _place(person: Person) -> tuple[str, str]:
    return person.sort_name, person.id


def _names_one(where: Where) -> bool:
    """Whether a question is for the one with a unique key, as a provider asks before it sends somebody.

    With a further condition not every server would answer it by the key's index.
    """
    return len(where) == 1 and all(field in _UNIQUE and isinstance(key, str) for field, key in where.items())


def _provisioned(where: Where) -> Where:
    gone = {"facts.account.withdrawn": True, "status": "left"}
    return {**where, "$nor": [*where.get("$nor", ()), gone]}
