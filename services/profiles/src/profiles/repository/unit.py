"""The unit of work of this service, with its named queries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from profiles.domain.access import RefreshFamily, SigningKey, SignInLink
from profiles.domain.client import Client
from profiles.domain.erasure import Erasure, State
from profiles.domain.group import Group
from profiles.domain.imports.course import Batch, Chunk, Import, Seen
from profiles.domain.imports.naming import Naming
from profiles.domain.imports.row import Fault
from profiles.domain.profile import Profile
from profiles.domain.profile_field import ProfileField
from profiles.domain.vocabulary import Skill, Theme
from profiles.repository.documents import EVER
from profiles.repository.people import People
from servicekit.store import Order, OutboxRow, Where

T = TypeVar("T", Skill, Theme)

OPEN, FINISHED = ("received", "reading", "applying"), ("completed", "cancelled", "failed")
_SKILL_FIELDS = ("statement.skills_offered.skill_id", "statement.skills_wanted")
_THEME_FIELDS = ("statement.goals", "statement.helps_with")


class Unit(People):
    """One unit of work of this service; satisfies `ports.Unit`."""

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

    def groups_where(self, where: Where, order: Order, skip: int, limit: int | None) -> list[Group]:
        return self.find(Group, where, order, limit, skip)

    def count_groups(self, where: Where) -> int:
        return self.count(Group, where)

    def groups_of(self, person_ids: Sequence[str]) -> list[Group]:
        return self.find(Group, {"members": {"$in": list(person_ids)}})

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


def _all(field: str, words: Sequence[str]) -> dict[str, Any]:
    return {"$and": [{field: word} for word in words]} if words else {}


def _after(name: str, where: Mapping[str, Any], after: tuple[str, str] | None) -> Mapping[str, Any]:
    """Continue behind a (name, id) that was the last of a page."""
    if after is None:
        return where
    last_name, last_id = after
    return {"$and": [where, {"$or": [{name: {"$gt": last_name}}, {name: last_name, "_id": {"$gt": last_id}}]}]}
