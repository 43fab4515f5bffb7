"""How much of what the match needs a profile says, and which question would help most next; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from profiles.domain.profile import Statement
from profiles.domain.profile_field import ProfileField, live

Side = Literal["mentor", "mentee"]

# Hundredths of a score by the default weights of a program: skills count 40, themes 20, hours 20. Without a language in
# common no pair can be at all; the words about oneself count nothing, and make people say yes.
SKILLS, THEMES, HOURS, LANGUAGES, ROOM, WORDS = 40, 20, 20, 30, 20, 5
REQUIRED, MATCHED, FURTHER = 10, 5, 2


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What to say next: a field of the profile (`fields/KEY` for the organisation's own), and why it helps."""

    field: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """`share` from 0 to 1, which only a complete profile reaches; `next` is None then."""

    share: float
    next: Gap | None


@dataclass(frozen=True)
class _Part:
    field: str
    weight: int
    is_said: bool
    why: str


def completeness(
    said: Statement, languages: Sequence[str], asked: Iterable[ProfileField], sides: Iterable[Side] = ()
) -> Completeness:
    """What a profile says of what counts for these sides, and for those that it speaks of.

    Where nothing tells a side yet, the first question is what somebody wants to learn or can pass on.
    """
    parts = _parts(said, languages, live(asked), _sides(said, sides))
    whole = sum(part.weight for part in parts)
    done = sum(part.weight for part in parts if part.is_said)
    missing = [part for part in parts if not part.is_said]
    # The first of the heaviest.
    most = max(missing, key=lambda part: part.weight, default=None)
    return Completeness(
        share=done * 100 // whole / 100,
        next=Gap(field=most.field, why=most.why) if most else None,
    )


def _sides(said: Statement, known: Iterable[Side]) -> frozenset[Side]:
    sides: set[Side] = set(known)
    if said.skills_wanted or said.goals:
        sides.add("mentee")
    if said.skills_offered or said.helps_with:
        sides.add("mentor")
    return frozenset(sides)


def _parts(
    said: Statement, languages: Sequence[str], asked: Sequence[ProfileField], sides: frozenset[Side]
) -> list[_Part]:
    parts = []
    if not sides:
        both = "Say what you want to learn, or what you can pass on: every suggestion starts from it."
        parts.append(_Part("skills_wanted", SKILLS + THEMES, False, both))
    if "mentee" in sides:
        wanted = "What you want to learn counts most when mentors are suggested to you."
        goals = "What you want help with shows which mentors know your situation."
        parts += [
            _Part("skills_wanted", SKILLS, bool(said.skills_wanted), wanted),
            _Part("goals", THEMES, bool(said.goals), goals),
        ]
    if "mentor" in sides:
        offered = "What you can pass on counts most when you are suggested to mentees."
        helps = "What you help with brings you mentees whose situation you know."
        room = "Without room for a mentee you are suggested to nobody."
        parts += [
            _Part("skills_offered", SKILLS, bool(said.skills_offered), offered),
            _Part("helps_with", THEMES, bool(said.helps_with), helps),
            _Part("capacity", ROOM, said.capacity > 0, room),
        ]
    hours = "Two people who are free at the same time meet more easily."
    tongues = "Two people who share no language are never suggested to each other."
    words = "People say yes more easily to somebody they have read a few words of."
    parts += [
        _Part("languages", LANGUAGES, bool(languages), tongues),
        _Part("availability", HOURS, bool(said.availability), hours),
    ]
    parts += [
        _Part(f"fields/{one.id}", _weight(one), one.id in said.answers, _reason(one))
        for one in sorted(asked, key=_weight, reverse=True)
    ]
    return [*parts, _Part("bio", WORDS, bool(said.bio), words)]


def _weight(one: ProfileField) -> int:
    return REQUIRED if one.required else MATCHED if one.matched else FURTHER


def _reason(one: ProfileField) -> str:
    if one.required:
        return "Your organisation asks everybody."
    return "Your organisation matches by it." if one.matched else "Your organisation would like to know."
