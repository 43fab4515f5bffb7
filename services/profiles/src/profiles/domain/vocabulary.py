"""Skills and themes: the words an organisation agreed on, and those somebody proposed by using them."""

from dataclasses import dataclass, replace
from typing import Literal, Self, TypeVar

from contracts.profiles import SkillChanged, ThemeChanged
from profiles.domain.search import folded, prefixes
from servicekit.entity import Entity
from servicekit.refusals import WrongState

Standing = Literal["approved", "proposed"]


@dataclass(frozen=True, kw_only=True)
class Term(Entity):
    """One entry of a vocabulary.

    `keys` are the name and the synonyms as they are compared, `prefixes` serve the search; `proposed` entries were made
    by using them in a profile and are as usable as approved ones.
    """

    name: str
    name_key: str
    keys: tuple[str, ...]
    prefixes: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    category: str = ""
    standing: Standing = "approved"
    retired: bool = False
    merged_into: str | None = None
    proposed_by: str | None = None

    def blanked(self) -> Self:
        """The entry without its words, which were somebody's who is forgotten; the id stays, as one of no use."""
        return replace(
            self,
            name=self.id,
            name_key=folded(self.id),
            keys=(folded(self.id),),
            prefixes=(),
            synonyms=(),
            category="",
            retired=True,
            proposed_by=None,
        )


@dataclass(frozen=True, kw_only=True)
class Skill(Term):
    """Something one can know and pass on."""

    @property
    def snapshot(self) -> SkillChanged:
        """What other services are told."""
        return SkillChanged(
            skill_id=self.id,
            name=self.name,
            synonyms=self.synonyms,
            category=self.category,
            retired=self.retired,
            merged_into=self.merged_into,
        )


@dataclass(frozen=True, kw_only=True)
class Theme(Term):
    """Something one wants to reach, or helps others reach."""

    @property
    def snapshot(self) -> ThemeChanged:
        """What other services are told."""
        return ThemeChanged(
            theme_id=self.id,
            name=self.name,
            synonyms=self.synonyms,
            category=self.category,
            retired=self.retired,
            merged_into=self.merged_into,
        )


T = TypeVar("T", Skill, Theme)
PREFIXES: dict[type[Term], str] = {Skill: "skl", Theme: "thm"}


def new_term(
    kind: type[T],
    id: str,
    name: str,
    synonyms: tuple[str, ...] = (),
    category: str = "",
    *,
    proposed_by: str | None = None,
) -> T:
    """A new entry; a synonym that repeats the name or another one is dropped. `proposed_by` used it unasked."""
    term = kind(id=id, name=name, name_key=folded(name), keys=(), prefixes=(), proposed_by=proposed_by)
    return said(term, name, synonyms, category, "proposed" if proposed_by else "approved")


def said(term: T, name: str, synonyms: tuple[str, ...], category: str, standing: Standing = "approved") -> T:
    """An entry with this name, these synonyms and this category."""
    kept: dict[str, str] = {}
    for synonym in synonyms:
        if folded(synonym) != folded(name):
            kept.setdefault(folded(synonym), synonym)
    return replace(
        term,
        name=name,
        name_key=folded(name),
        keys=(folded(name), *kept),
        prefixes=prefixes(name, *kept.values()),
        synonyms=tuple(kept.values()),
        category=category,
        standing=standing,
    )


def merged(term: T, into: T) -> tuple[T, T]:
    """An entry after it was merged into another, and that other, which is found by all of its words from now on.

    Raises:
        WrongState: the same entry, or one of the two was merged before.
    """
    if term.id == into.id:
        raise WrongState(f"{term.id} cannot be merged into itself.")
    for one in (term, into):
        if one.merged_into is not None:
            raise WrongState(f"{one.id} was merged into {one.merged_into}.")
    # Its name may be given again once the other entry no longer has it.
    free = f"{term.name_key} ({term.id})"
    gone = replace(term, retired=True, merged_into=into.id, name_key=free, keys=(), prefixes=())
    words = (*into.synonyms, term.name, *term.synonyms)
    return gone, replace(said(into, into.name, words, into.category or term.category), retired=False)
