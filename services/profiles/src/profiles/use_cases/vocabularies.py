"""Skills and themes: suggesting, adding, and finding or proposing those that a profile names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from profiles.domain.errors import NameTaken
from profiles.domain.profile import Profile
from profiles.domain.search import folded, search_words
from profiles.domain.vocabulary import PREFIXES, Skill, Theme, merged, new_term, said
from profiles.permissions import TABLE
from profiles.ports import Store, Unit
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import FieldError, InvalidInput, WrongState

T = TypeVar("T", Skill, Theme)
PROFILES_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Terms(Generic[T]):
    """One page of a vocabulary; `following` is where the next one begins, None on the last."""

    items: list[T]
    following: tuple[str, str] | None


def suggest_terms(
    store: Store,
    caller: Caller,
    kind: type[T],
    query: str,
    after: tuple[str, str] | None,
    limit: int,
    *,
    retired: bool = False,
) -> Terms[T]:
    """Entries whose names or synonyms have words that begin like the query's; an empty query is all of them.

    Those that are offered, or those that were and can be again: what was merged is in neither.
    """
    TABLE.require(caller, "vocabulary.read")

    def work(unit: Unit) -> Terms[T]:
        found = unit.terms_named(kind, search_words(query), after, limit + 1, retired=retired)
        shown = found[:limit]
        following = (shown[-1].name_key, shown[-1].id) if len(found) > limit else None
        return Terms(items=shown, following=following)

    return store.reading(work)


def add_term(store: Store, caller: Caller, kind: type[T], name: str, synonyms: tuple[str, ...], category: str) -> T:
    """Put an approved entry into a vocabulary.

    Raises:
        NameTaken: its name or a synonym is in the vocabulary already.
    """
    TABLE.require(caller, "vocabulary.add")
    term = new_term(kind, new_id(PREFIXES[kind]), name, synonyms, category)

    def work(unit: Unit) -> T:
        taken = unit.terms_with_keys(kind, term.keys)
        if taken:
            raise NameTaken(f"{taken[0].id} (`{taken[0].name}`) has this name or synonym already.")
        return unit.save(term, term.snapshot)

    return store.atomically(work)


def read_term(store: Store, caller: Caller, kind: type[T], term_id: str) -> T:
    """One entry, retired ones included."""
    TABLE.require(caller, "vocabulary.read")
    return store.reading(lambda unit: unit.require(kind, term_id))


def change_term(
    store: Store, caller: Caller, kind: type[T], term_id: str, expected: int | None, changes: Mapping[str, Any]
) -> T:
    """Rename, sort anew, retire or approve an entry; what a change leaves out stays. Changing one approves it.

    Raises:
        NameTaken: its name or a synonym is another entry's.
        WrongState: it was merged into another.
        Stale: it is at another version than `expected`.
    """
    TABLE.require(caller, "vocabulary.change")

    def work(unit: Unit) -> T:
        before = unit.require(kind, term_id, expected)
        if before.merged_into is not None:
            raise WrongState(f"{term_id} was merged into {before.merged_into}; change that one.")
        after = said(
            before,
            changes.get("name", before.name),
            tuple(changes.get("synonyms", before.synonyms)),
            changes.get("category", before.category),
        )
        after = replace(after, retired=changes.get("retired", before.retired))
        if after == before:
            return before
        taken = [term for term in unit.terms_with_keys(kind, after.keys) if term.id != term_id]
        if taken:
            raise NameTaken(f"{taken[0].id} (`{taken[0].name}`) has this name or synonym. Merge the two instead.")
        return unit.save(after, after.snapshot)

    return store.atomically(work)


def merge_terms(
    store: Store, clock: Clock, caller: Caller, kind: type[T], term_id: str, into_id: str, expected: int | None = None
) -> T:
    """Merge an entry into another, which takes its words; everybody who named it follows. Returns what it became.

    The worker moves the profiles, a transaction each, so that a skill of thousands is merged as one of ten; until one
    is moved it shows the old name. The same merge again changes nothing.

    Raises:
        WrongState: the same entry, or one of the two was merged before.
        Stale: it is at another version than `expected`.
    """
    TABLE.require(caller, "vocabulary.merge")

    def work(unit: Unit) -> T:
        term, into = unit.require(kind, term_id, expected), unit.require(kind, into_id)
        if term.merged_into == into_id:
            return term
        gone, kept = merged(term, into)
        unit.save(kept, kept.snapshot)
        unit.save(audited(caller, "vocabulary.merge", term_id, clock.now(), into_id))
        return unit.save(gone, gone.snapshot)

    return store.atomically(work)


def profiles_behind_merges(unit: Unit, now: datetime) -> list[str]:
    """People whose profiles still name an entry that was merged into another, some hundred at most."""
    gone = unit.terms_merged(Skill), unit.terms_merged(Theme)
    return unit.profiles_naming([term.id for term in gone[0]], [term.id for term in gone[1]], PROFILES_AT_ONCE)


def follow_merges(store: Store, clock: Clock, caller: Caller, person_id: str) -> None:
    """Let a profile name what the entries it names were merged into."""

    def work(unit: Unit) -> None:
        before = unit.get(Profile, person_id)
        if before is None:
            # Forgotten meanwhile.
            return
        named = before.statement
        skills = {*(offer.skill_id for offer in named.skills_offered), *named.skills_wanted}
        themes = {*named.goals, *named.helps_with}
        terms = {id: living(unit, Skill, id) for id in skills} | {id: living(unit, Theme, id) for id in themes}
        after = before.renaming(terms)
        if after != before:
            unit.save(after, after.snapshot)

    store.atomically(work)


def name_terms(unit: Unit, kind: type[T], places: Sequence[tuple[str, str]], person_id: str) -> list[str]:
    """The ids of the entries that `places`, as (pointer, name or id), name; an unknown name is the person's proposal.

    Raises:
        InvalidInput: an id of no entry, with its pointer.
    """
    ids = [text for _, text in places if _is_id(kind, text)]
    unit.prefetch(kind, ids)
    unknown = [(pointer, text) for pointer, text in places if text in ids and unit.get(kind, text) is None]
    if unknown:
        raise InvalidInput(
            "Some ids are in no vocabulary.",
            [FieldError(pointer, f"There is no {text}; write its name instead.") for pointer, text in unknown],
        )
    keys = {folded(text): text for _, text in places if text not in ids}
    known = {key: term for term in unit.terms_with_keys(kind, list(keys)) for key in term.keys} if keys else {}
    for key, text in keys.items():
        if key not in known:
            proposed = new_term(kind, new_id(PREFIXES[kind]), text, proposed_by=person_id)
            known[key] = unit.save(proposed, proposed.snapshot)
    return [living(unit, kind, text) if text in ids else known[folded(text)].id for _, text in places]


def living(unit: Unit, kind: type[T], id: str) -> str:
    """The id of what an entry was merged into, however often; its own where it was not."""
    term = unit.require(kind, id)
    while term.merged_into is not None:
        term = unit.require(kind, term.merged_into)
    return term.id


def _is_id(kind: type[T], text: str) -> bool:
    return re.fullmatch(PREFIXES[kind] + "_[0-9A-Z]{26}", text) is not None
