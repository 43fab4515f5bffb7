"""Skills and themes: the words an organisation agreed on, and those somebody proposed by using them."""

from dataclasses import dataclass, replace
from typing import Literal, Self, TypeVar

from contracts.profiles import SkillChanged, ThemeChanged
from profiles.domain.search import folded, prefixes
from servicekit.entity import Entity

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
            skill_id=self.id, name=self.name, synonyms=self.synonyms, category=self.category, retired=self.retired
        )


@dataclass(frozen=True, kw_only=True)
class Theme(Term):
    """Something one wants to reach, or helps others reach."""

    @property
    def snapshot(self) -> ThemeChanged:
        """What other services are told."""
        return ThemeChanged(
            theme_id=self.id, name=self.name, synonyms=self.synonyms, category=self.category, retired=self.retired
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
    kept: dict[str, str] = {}
    for synonym in synonyms:
        if folded(synonym) != folded(name):
            kept.setdefault(folded(synonym), synonym)
    return kind(
        id=id,
        name=name,
        name_key=folded(name),
        keys=(folded(name), *kept),
        prefixes=prefixes(name, *kept.values()),
        synonyms=tuple(kept.values()),
        category=category,
        standing="proposed" if proposed_by else "approved",
        proposed_by=proposed_by,
    )
