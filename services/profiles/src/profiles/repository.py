"""The documents of this service, their indexes, and its unit of work with the named queries."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import servicekit.store
from profiles.domain.access import Grant, Guard, RefreshFamily, SigningKey, SignInLink
from profiles.domain.audit import AuditRow
from profiles.domain.client import Client
from profiles.domain.group import Group
from profiles.domain.person import Person
from profiles.domain.profile import Profile
from profiles.domain.search import folded
from profiles.domain.vocabulary import Skill, Theme
from servicekit.store import Documents, Index, Order, Where, index

T = TypeVar("T", Skill, Theme)

DOCUMENTS: tuple[Documents, ...] = (
    Documents(
        Person,
        "people",
        (
            index("email_key", unique=True),
            index("external_key", unique=True, where={"external_key": {"$gt": ""}}),
            index("user_name_key", unique=True, where={"user_name_key": {"$gt": ""}}),
            index("name_prefixes", "sort_name", "_id"),
            index("sort_name", "_id"),
        ),
    ),
    Documents(Profile, "profiles"),
    Documents(Skill, "skills", (index("name_key", unique=True), index("keys"), index("prefixes", "name_key", "_id"))),
    Documents(Theme, "themes", (index("name_key", unique=True), index("keys"), index("prefixes", "name_key", "_id"))),
    Documents(Client, "clients"),
    Documents(Grant, "grants", (index("roles"),)),
    Documents(Group, "groups", (index("members"), index("name_key", "_id"), index("external_id"))),
    Documents(SignInLink, "sign_in_links", (index("person_id", "issuer"),)),
    Documents(
        RefreshFamily, "refresh_families", (Index(fields=(("expires_at", 1),), expire_after=0), index("person_id"))
    ),
    Documents(SigningKey, "signing_keys"),
    Documents(Guard, "guards"),
    Documents(AuditRow, "audit", (index("at"), index("subject", "at"))),
)


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
        found: dict[str, Any] = {"status": {"$ne": "left"}, **_all("name_prefixes", words)}
        if exact is not None:
            found = {"$or": [found, {"email_key": folded(exact)}, {"external_key": exact}]}
        return self.find(Person, _after("sort_name", found, after), (("sort_name", 1), ("_id", 1)), limit)

    def terms_with_keys(self, kind: type[T], keys: Sequence[str]) -> list[T]:
        return self.find(kind, {"keys": {"$in": list(keys)}})

    def terms_named(self, kind: type[T], words: Sequence[str], after: tuple[str, str] | None, limit: int) -> list[T]:
        found = {"retired": False, **_all("prefixes", words)}
        return self.find(kind, _after("name_key", found, after), (("name_key", 1), ("_id", 1)), limit)

    def provisioned(self, where: Where, order: Order, skip: int, limit: int | None) -> list[Person]:
        return self.find(Person, _provisioned(where), order, limit, skip)

    def count_provisioned(self, where: Where) -> int:
        return self.count(Person, _provisioned(where))

    def groups_where(self, where: Where, order: Order, skip: int, limit: int | None) -> list[Group]:
        return self.find(Group, where, order, limit, skip)

    def count_groups(self, where: Where) -> int:
        return self.count(Group, where)

    def groups_of(self, person_ids: Sequence[str]) -> list[Group]:
        return self.find(Group, {"members": {"$in": list(person_ids)}})

    def people_admins(self) -> list[Grant]:
        return self.find(Grant, {"roles": "people_admin"})

    def links_of(self, person_id: str, issuer: str) -> list[SignInLink]:
        return self.find(SignInLink, {"person_id": person_id, "issuer": issuer})

    def live_refresh_families(self, person_id: str) -> list[RefreshFamily]:
        return self.find(RefreshFamily, {"person_id": person_id, "ended": False})

    def clients_after(self, after: str | None, limit: int) -> list[Client]:
        return self.find(Client, {"_id": {"$gt": after or ""}}, limit=limit)

    def signing_keys(self) -> list[SigningKey]:
        return self.find(SigningKey, {}, (("signs_from", -1),))


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
