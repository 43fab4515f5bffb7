"""The documents of this service, their indexes, and its unit of work with the named queries."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import servicekit.store
from profiles.domain.access import Grant, Guard, RefreshFamily, SigningKey, SignInLink
from profiles.domain.client import Client
from profiles.domain.consent import Consent
from profiles.domain.erasure import Erasure, Gone, State
from profiles.domain.group import Group
from profiles.domain.imports.course import Batch, Chunk, Import, Seen
from profiles.domain.imports.naming import Naming
from profiles.domain.imports.row import Fault
from profiles.domain.person import Person
from profiles.domain.profile import Profile
from profiles.domain.profile_field import ProfileField
from profiles.domain.search import HEIGHTS, Listed, Sought, folded, slices_behind
from profiles.domain.vocabulary import Skill, Theme
from servicekit.store import Documents, Index, Order, OutboxRow, Where, index

T = TypeVar("T", Skill, Theme)

# Before any moment here; a partial index serves a query that repeats its condition.
EVER = datetime(1970, 1, 1, tzinfo=UTC)
OPEN, FINISHED = ("received", "reading", "applying"), ("completed", "cancelled", "failed")


def expiring() -> tuple[Index, ...]:
    """The index that removes documents at their `expires_at`."""
    return (Index(fields=(("expires_at", 1),), expire_after=0),)


def terms() -> tuple[Index, ...]:
    """The indexes of a vocabulary."""
    return (
        index("name_key", unique=True),
        index("keys"),
        index("prefixes", "name_key", "_id"),
        index("proposed_by", where={"proposed_by": {"$gt": ""}}),
        index("merged_into", where={"merged_into": {"$gt": ""}}),
    )


DOCUMENTS: tuple[Documents, ...] = (
    Documents(
        Person,
        "people",
        (
            index("email_key", unique=True),
            index("external_key", unique=True, where={"external_key": {"$gt": ""}}),
            index("user_name_key", unique=True),
            # A partial index does not serve `$in` on every server; many people at once are found by this one.
            index("external_key", "_id"),
            index("name_prefixes", "sort_name", "_id"),
            index("sort_name", "_id"),
            index("landmark", "sort_name", "_id", where={"landmark": {"$gt": 0}}),
            index("status", "sort_name", "_id"),
            index("facts.department", "sort_name", "_id"),
            index("facts.site", "sort_name", "_id"),
        ),
    ),
    Documents(
        Profile,
        "profiles",
        (
            index("statement.skills_offered.skill_id"),
            index("statement.skills_wanted"),
            index("statement.goals"),
            index("statement.helps_with"),
            index("statement.avoid"),
            index("answered", "_id"),
            index("resumes_at", where={"resumes_at": {"$gt": EVER}}),
        ),
    ),
    Documents(ProfileField, "profile_fields"),
    Documents(Skill, "skills", terms()),
    Documents(Theme, "themes", terms()),
    Documents(Client, "clients"),
    Documents(Grant, "grants", (index("roles"),)),
    Documents(Group, "groups", (index("members"), index("name_key", "_id"), index("external_id"))),
    Documents(Import, "imports", (index("state"), index("tidied", "state"))),
    Documents(Chunk, "import_chunks", (index("import_id", "first_line"), *expiring())),
    Documents(Batch, "import_batches", (index("import_id", "number"), *expiring())),
    Documents(Seen, "import_seen", expiring()),
    Documents(Fault, "import_faults", (index("import_id", "_id"),)),
    Documents(SignInLink, "sign_in_links", (index("person_id", "issuer"),)),
    Documents(
        RefreshFamily, "refresh_families", (Index(fields=(("expires_at", 1),), expire_after=0), index("person_id"))
    ),
    Documents(SigningKey, "signing_keys"),
    Documents(Guard, "guards"),
    Documents(Consent, "consents"),
    Documents(Gone, "gone"),
    Documents(
        Erasure,
        "erasures",
        (index("state", "_id"), index("person_id"), index("due_at", where={"due_at": {"$gt": EVER}})),
    ),
)


_BY_NAME: Order = (("sort_name", 1), ("_id", 1))
_NARROW_FIRST = ("facts.department", "facts.site", "status")
_FEW = 200
_UNIQUE = frozenset({"_id", "email_key", "external_key", "user_name_key"})
_SKILL_FIELDS = ("statement.skills_offered.skill_id", "statement.skills_wanted")
_THEME_FIELDS = ("statement.goals", "statement.helps_with")


class Unit(servicekit.store.Unit):
    """One unit of work of this service; satisfies `ports.Unit`."""

    def person_by_email(self, key: str) -> Person | None:
        return self.first(Person, {"email_key": key})

    def person_by_external_id(self, external_id: str) -> Person | None:
        return self.first(Person, {"external_key": external_id})

    def person_by_user_name(self, key: str) -> Person | None:
        return self.first(Person, {"user_name_key": key})

    def people_named(
        self, words: Sequence[str], exact: str | None, after: tuple[str, str] | None, limit: int
    ) -> list[Person]:
        def fits(person: Person) -> bool:
            return person.status != "left" and person.erasure_id is None and _is_named(person, words)

        found = self._by_name(_leading(words), fits, after, limit)
        if exact is not None:
            known = self.people_by_keys([exact], [folded(exact)])
            meant = [one for one in known if exact == one.external_key or folded(exact) == one.email_key]
            found += [person for person in meant if after is None or _place(person) > after]
        return sorted({person.id: person for person in found}.values(), key=_place)[:limit]

    def people_sought(self, sought: Sought, after: tuple[str, str] | None, limit: int) -> list[Person]:
        said = {"status": sought.status, "facts.department": sought.department, "facts.site": sought.site}
        # One condition finds, by its index; the others choose among those found.
        named = _leading(sought.words)
        narrowest: Where = named or next(({name: said[name]} for name in _NARROW_FIRST if said[name] is not None), {})
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
            return self._by_name(narrowest, fits, after, limit)
        self.prefetch(Person, among)
        people = [person for id in among if (person := self.get(Person, id)) is not None and fits(person)]
        return sorted((one for one in people if after is None or _place(one) > after), key=_place)[:limit]

    def _by_name(
        self, where: Where, fits: Callable[[Person], bool], after: tuple[str, str] | None, limit: int
    ) -> list[Person]:
        """The first people by (sort name, id) behind `after` that one indexed equality finds and `fits` lets pass."""
        found: list[Person] = []
        start = after[0] if after else ""
        for first, end in slices_behind(start, self._landmarks(start)):
            for people in self._slice(where, first, end, limit):
                found += [one for one in people if (after is None or _place(one) > after) and fits(one)]
                if len(found) >= limit:
                    return found[:limit]
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
        """Everybody of one slice of the alphabet in order, at first about a page at once."""
        seen: tuple[str, str] | None = None
        while True:
            names = {"$gte": seen[0] if seen else first} | ({"$lt": end} if end is not None else {})
            people = self.find(Person, {**where, "sort_name": names}, _BY_NAME, limit)
            yield [person for person in people if seen is None or _place(person) > seen]
            if len(people) < limit:
                return
            # A name that more people share than were asked for is passed by asking for more.
            seen, limit = _place(people[-1]), 2 * limit

    def people_with_role(self, role: str) -> list[str]:
        given = [grant.id for grant in self.find(Grant, {"roles": role})]
        groups = self.find(Group, {"roles": role})
        return list(dict.fromkeys([*given, *(id for group in groups for id in group.members)]))

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

    def terms_with_keys(self, kind: type[T], keys: Sequence[str]) -> list[T]:
        return self.find(kind, {"keys": {"$in": list(keys)}})

    def terms_named(
        self, kind: type[T], words: Sequence[str], after: tuple[str, str] | None, limit: int, *, retired: bool = False
    ) -> list[T]:
        # What was merged, or blanked with its proposer, has no words any more and cannot be offered again.
        wordy = {"prefixes": {"$regex": "."}} if retired else {}
        found = {"retired": retired, **wordy, **_all("prefixes", words)}
        return self.find(kind, _after("name_key", found, after), (("name_key", 1), ("_id", 1)), limit)

    def profile_fields(self) -> list[ProfileField]:
        return self.find(ProfileField, {}, (("order", 1), ("_id", 1)))

    def fields_to_retell(self) -> list[str]:
        return [field.id for field in self.find(ProfileField, {"retell_after": {"$gte": ""}})]

    def profiles_answering(self, key: str, after: str, limit: int) -> list[Profile]:
        return self.find(Profile, {"answered": key, "_id": {"$gt": after}}, (("_id", 1),), limit)

    def pauses_over(self, now: datetime, limit: int) -> list[str]:
        over = {"resumes_at": {"$gt": EVER, "$lte": now}}
        return [profile.id for profile in self.find(Profile, over, (("resumes_at", 1),), limit)]

    def terms_merged(self, kind: type[T]) -> list[T]:
        return self.find(kind, {"merged_into": {"$gt": ""}})

    def profiles_naming(self, skills: Sequence[str], themes: Sequence[str], limit: int) -> list[str]:
        asked = [(f"statement.{name}", skills) for name in ("skills_offered.skill_id", "skills_wanted")]
        asked += [(f"statement.{name}", themes) for name in ("goals", "helps_with")]
        found: dict[str, None] = {}
        for field, ids in asked:
            if ids and len(found) < limit:
                found |= {one.id: None for one in self.find(Profile, {field: {"$in": list(ids)}}, limit=limit)}
        return list(found)[:limit]

    def provisioned(self, where: Where, order: Order, skip: int, limit: int | None) -> list[Person]:
        if _names_one(where):
            found = [person for person in self.find(Person, where) if person.is_provisioned]
            return found[skip:] if limit is None else found[skip : skip + limit]
        return self.find(Person, _provisioned(where), order, limit, skip)

    def count_provisioned(self, where: Where) -> int:
        if _names_one(where):
            return len(self.provisioned(where, (), 0, None))
        return self.count(Person, _provisioned(where))

    def groups_where(self, where: Where, order: Order, skip: int, limit: int | None) -> list[Group]:
        return self.find(Group, where, order, limit, skip)

    def count_groups(self, where: Where) -> int:
        return self.count(Group, where)

    def groups_of(self, person_ids: Sequence[str]) -> list[Group]:
        return self.find(Group, {"members": {"$in": list(person_ids)}})

    def people_by_keys(self, external_ids: Sequence[str], names: Sequence[str]) -> list[Person]:
        # Three questions, each by its index, instead of one `$or`, which not every server answers by indexes.
        asked = (("external_key", external_ids), ("email_key", names), ("user_name_key", names))
        found = [self.find(Person, {field: {"$in": list(keys)}}) for field, keys in asked if keys]
        return list({person.id: person for people in found for person in people}.values())

    def known_to_hr(self, after: str, limit: int) -> list[Person]:
        where = {"_id": {"$gt": after}, "status": {"$ne": "left"}, "external_key": {"$gt": ""}}
        return self.find(Person, where, limit=limit)

    def chunk_holding(self, import_id: str, line: int) -> Chunk | None:
        return self.first(Chunk, {"import_id": import_id, "first_line": {"$lte": line}}, (("first_line", -1),))

    def count_chunks(self, import_id: str) -> int:
        return self.count(Chunk, {"import_id": import_id})

    def discard_file(self, import_id: str) -> None:
        self.discard(Chunk, {"import_id": import_id})
        self.discard(Batch, {"import_id": import_id})

    def discard_lines(self, import_id: str) -> None:
        self.discard(Chunk, {"import_id": import_id})

    def chunks_naming(self, naming: Naming) -> list[Chunk]:
        return self.find(Chunk, {"lines": {"$regex": naming.in_line}})

    def batches_naming(self, naming: Naming) -> list[Batch]:
        named = [{f"rows.said.{name}": {"$regex": naming.whole}} for name in ("external_id", "email", "manager")]
        return self.find(Batch, {"$or": [{"rows.person_id": naming.person_id}, *named]})

    def discard_seen(self, naming: Naming) -> int:
        return self.discard(Seen, {"_id": {"$regex": naming.seen}})

    def batches_showing(self, import_id: str, action: str | None, after: int, limit: int) -> list[Batch]:
        where: dict[str, Any] = {"import_id": import_id, "number": {"$gte": after}}
        return self.find(Batch, where | ({"actions": action} if action else {}), (("number", 1),), limit)

    def faults_after(self, import_id: str, after: str, limit: int) -> list[Fault]:
        return self.find(Fault, {"import_id": import_id, "_id": {"$gt": after}}, limit=limit)

    def imports_before(self, before: str | None, limit: int) -> list[Import]:
        where: dict[str, Any] = {"_id": {"$lt": before}} if before else {}
        return self.find(Import, where, (("_id", -1),), limit)

    def imports_to_work_on(self, now: datetime, limit: int) -> list[Import]:
        at_work = self.find(Import, {"state": {"$in": list(OPEN)}}, limit=limit)
        old = self.find(Import, {"state": "ready", "expires_at": {"$lte": now}}, limit=limit)
        untidy = self.find(Import, {"tidied": False, "state": {"$in": list(FINISHED)}}, limit=limit)
        return [*at_work, *old, *untidy]

    def links_of(self, person_id: str, issuer: str) -> list[SignInLink]:
        return self.find(SignInLink, {"person_id": person_id, "issuer": issuer})

    def live_refresh_families(self, person_id: str) -> list[RefreshFamily]:
        return self.find(RefreshFamily, {"person_id": person_id, "ended": False})

    def every_link_of(self, person_id: str) -> list[SignInLink]:
        return self.find(SignInLink, {"person_id": person_id})

    def refresh_families_of(self, person_id: str) -> list[RefreshFamily]:
        return self.find(RefreshFamily, {"person_id": person_id})

    def erasures_of(self, person_id: str) -> list[Erasure]:
        return self.find(Erasure, {"person_id": person_id})

    def discard_links(self, person_id: str) -> int:
        return self.discard(SignInLink, {"person_id": person_id})

    def discard_refresh_families(self, person_id: str) -> int:
        return self.discard(RefreshFamily, {"person_id": person_id})

    def profiles_avoiding(self, person_id: str) -> list[Profile]:
        return self.find(Profile, {"statement.avoid": person_id})

    def terms_proposed_by(self, kind: type[T], person_id: str) -> list[T]:
        return self.find(kind, {"proposed_by": person_id, "standing": "proposed"})

    def is_term_used(self, term: Skill | Theme, beside: str) -> bool:
        fields = _SKILL_FIELDS if isinstance(term, Skill) else _THEME_FIELDS
        return self.first(Profile, {"_id": {"$ne": beside}, "$or": [{name: term.id} for name in fields]}) is not None

    def erasures_after(
        self, state: State | None, person_id: str | None, after: str | None, limit: int
    ) -> list[Erasure]:
        said = {"state": state, "person_id": person_id}
        where = {"_id": {"$gt": after or ""}, **{name: value for name, value in said.items() if value}}
        return self.find(Erasure, where, limit=limit)

    def erasures_due(self, now: datetime, limit: int) -> list[str]:
        # The lower bound is the index's, which holds those with a next step only.
        found = self.find(Erasure, {"due_at": {"$gt": EVER, "$lte": now}}, (("due_at", 1),), limit)
        return [erasure.id for erasure in found]

    def has_unsent(self, key: str) -> bool:
        return self.first(OutboxRow, {"key": key, "sent_at": None}) is not None

    def clients_after(self, after: str | None, limit: int) -> list[Client]:
        return self.find(Client, {"_id": {"$gt": after or ""}}, limit=limit)

    def signing_keys(self) -> list[SigningKey]:
        return self.find(SigningKey, {}, (("signs_from", -1),))


def _leading(words: Sequence[str]) -> dict[str, str]:
    """The condition that finds a name by its longest word, which the fewest people share."""
    return {"name_prefixes": max(words, key=len)} if words else {}


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


def _all(field: str, words: Sequence[str]) -> dict[str, Any]:
    return {"$and": [{field: word} for word in words]} if words else {}


def _after(name: str, where: Mapping[str, Any], after: tuple[str, str] | None) -> Mapping[str, Any]:
    """Continue behind a (name, id) that was the last of a page."""
    if after is None:
        return where
    last_name, last_id = after
    return {"$and": [where, {"$or": [{name: {"$gt": last_name}}, {name: last_name, "_id": {"$gt": last_id}}]}]}
