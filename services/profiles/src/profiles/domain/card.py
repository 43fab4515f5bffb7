"""What any employee may see of a colleague."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from profiles.domain.person import Person
from profiles.domain.profile import Profile, Statement
from profiles.domain.profile_field import Answer, ProfileField, shown


@dataclass(frozen=True, kw_only=True)
class SkillShown:
    """A skill on a card; `level` from 1 to 5."""

    name: str
    level: int


@dataclass(frozen=True, kw_only=True)
class Card:
    """A colleague's card: never attributes, reporting line, level, whom they avoid or whether they opted out.

    `answers` are those to the organisation's own questions, by key: what is for cards, and what is private only where
    whoever reads may see it.
    """

    id: str
    name: str
    title: str
    department: str
    site: str
    skills: tuple[SkillShown, ...]
    themes: tuple[str, ...]
    bio: str
    answers: dict[str, Answer] = field(default_factory=dict)


def card_of(
    person: Person,
    profile: Profile | None,
    names: Mapping[str, str],
    asked: Iterable[ProfileField] = (),
    *,
    private: bool = False,
) -> Card:
    """The card of a person; `names` are those of the skills and themes it shows, by id."""
    said = profile.statement if profile else Statement()
    return Card(
        id=person.id,
        name=person.facts.name,
        title=person.facts.title,
        department=person.facts.department,
        site=person.facts.site,
        skills=tuple(SkillShown(name=names[one.skill_id], level=one.level) for one in said.skills_offered),
        themes=tuple(names[id] for id in said.helps_with),
        bio=said.bio,
        answers=shown(asked, said.answers, private=private),
    )


def skills_shown(profiles: Iterable[Profile]) -> set[str]:
    """The ids of the skills that these people's cards name."""
    return {offer.skill_id for profile in profiles for offer in profile.statement.skills_offered}


def themes_shown(profiles: Iterable[Profile]) -> set[str]:
    """The ids of the themes that these people's cards name."""
    return {id for profile in profiles for id in profile.statement.helps_with}
