"""Skills and themes: suggesting, adding, and finding or proposing those that a profile names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from profiles.domain.errors import NameTaken
from profiles.domain.search import folded, search_words
from profiles.domain.vocabulary import PREFIXES, Skill, Theme, new_term
from profiles.permissions import TABLE
from profiles.ports import Store, Unit
from servicekit.caller import Caller
from servicekit.ids import new_id
from servicekit.refusals import FieldError, InvalidInput

T = TypeVar("T", Skill, Theme)


@dataclass(frozen=True, kw_only=True)
class Terms(Generic[T]):
    """One page of a vocabulary; `following` is where the next one begins, None on the last."""

    items: list[T]
    following: tuple[str, str] | None


def suggest_terms(
    store: Store, caller: Caller, kind: type[T], query: str, after: tuple[str, str] | None, limit: int
) -> Terms[T]:
    """Entries whose names or synonyms have words that begin like the query's; an empty query is all of them."""
    TABLE.require(caller, "vocabulary.read")

    def work(unit: Unit) -> Terms[T]:
        found = unit.terms_named(kind, search_words(query), after, limit + 1)
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
    return [text if text in ids else known[folded(text)].id for _, text in places]


def _is_id(kind: type[T], text: str) -> bool:
    return re.fullmatch(PREFIXES[kind] + "_[0-9A-Z]{26}", text) is not None
