"""What a person says for mentoring: skills, themes, hours, capacity, whom to avoid, and a pause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from contracts.profiles import ProfileChanged, SkillOffered, WeeklySlot
from profiles.domain.profile_field import Answer, ProfileField, travelling, wrong_answers
from servicekit.entity import Entity
from servicekit.refusals import FieldError, InvalidInput

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
MOST_CAPACITY = 50
MOST_SKILLS = 50
MOST_INTERVALS = 100
MOST_AVOIDED = 200
LONGEST_BIO = 4000


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A skill somebody can pass on; `level` from 1 (knows the basics) to 5 (others ask them)."""

    skill_id: str
    level: int


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A weekly interval on half hours of local time; `end` may be 24:00 and is later than `start`."""

    day: Day
    start: str
    end: str


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a person publishes in one go; skills and themes by id, `answers` to the organisation's questions by key."""

    skills_offered: tuple[Offer, ...] = ()
    skills_wanted: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    helps_with: tuple[str, ...] = ()
    availability: tuple[Interval, ...] = ()
    capacity: int = 1
    bio: str = ""
    opted_out: bool = False
    avoid: tuple[str, ...] = ()
    consent: dict[str, bool] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)

    def trouble(self) -> list[FieldError]:
        """Everything that is wrong but the answers, each with its pointer."""
        wrong = [
            *_repeated("skills_offered", [offer.skill_id for offer in self.skills_offered]),
            *_repeated("skills_wanted", list(self.skills_wanted)),
            *_repeated("goals", list(self.goals)),
            *_repeated("helps_with", list(self.helps_with)),
            *(
                FieldError(f"/availability/{place}", trouble)
                for place, interval in enumerate(self.availability)
                if (trouble := _trouble(interval))
            ),
        ]
        wrong += [
            FieldError(f"/skills_offered/{place}/level", "Write a whole number from 1 to 5.")
            for place, offer in enumerate(self.skills_offered)
            if not 1 <= offer.level <= 5
        ]
        if not 0 <= self.capacity <= MOST_CAPACITY:
            wrong.append(FieldError("/capacity", f"Write a whole number from 0 to {MOST_CAPACITY}."))
        return wrong


@dataclass(frozen=True, kw_only=True)
class Profile(Entity):
    """A person's mentoring profile; the id is the person's.

    `paused_until` is the first day, in the person's time zone, on which they are there again, and `resumes_at` the
    moment that a clock looks at it. `attributes` are the answers that travel, by the questions as they were when it was
    told last, and `answered` the keys of all answers, for finding who answered a question.
    """

    statement: Statement = field(default_factory=Statement)
    paused_until: date | None = None
    resumes_at: datetime | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    answered: tuple[str, ...] = ()

    def stating(self, statement: Statement, asked: Sequence[ProfileField]) -> "Profile":
        """The profile with everything said anew; a pause stays.

        Raises:
            InvalidInput: with one pointer per wrong value or answer, and per required answer that is missing.
        """
        wrong = [*statement.trouble(), *wrong_answers(asked, statement.answers, self.statement.answers)]
        if wrong:
            raise InvalidInput("Some parts of the profile are not as they must be; see `errors`.", wrong)
        return replace(self, statement=statement, answered=tuple(sorted(statement.answers))).telling(asked)

    def telling(self, asked: Sequence[ProfileField]) -> "Profile":
        """The profile with what travels of its answers, by the questions as they are now."""
        return replace(self, attributes=travelling(asked, self.statement.answers))

    def paused(self, until: date, now: datetime, zone: ZoneInfo) -> "Profile":
        """The profile, out of all matching until that day begins in the person's time zone.

        Raises:
            InvalidInput: the day is not to come.
        """
        today = now.astimezone(zone).date()
        if until <= today:
            detail = f"Write a day after {today.isoformat()}."
            raise InvalidInput("A pause ends on a day to come.", [FieldError("/until", detail)])
        return replace(self, paused_until=until, resumes_at=_beginning(until, zone))

    def resumed(self) -> "Profile":
        """The profile without its pause."""
        return replace(self, paused_until=None, resumes_at=None)

    def at_its_time(self, now: datetime, zone: ZoneInfo) -> "Profile":
        """Without the pause where it is over; with the right moment where the person moved to another time zone."""
        if self.paused_until is None or self.paused_until <= now.astimezone(zone).date():
            return self.resumed()
        return replace(self, resumes_at=_beginning(self.paused_until, zone))

    def renaming(self, terms: Mapping[str, str]) -> "Profile":
        """The profile after terms were merged, as (id -> id); of two levels of one skill the higher stays."""
        said = self.statement
        levels: dict[str, int] = {}
        for offer in said.skills_offered:
            id = terms.get(offer.skill_id, offer.skill_id)
            levels[id] = max(offer.level, levels.get(id, 0))
        statement = replace(
            said,
            skills_offered=tuple(Offer(skill_id=id, level=level) for id, level in levels.items()),
            skills_wanted=_renamed(said.skills_wanted, terms),
            goals=_renamed(said.goals, terms),
            helps_with=_renamed(said.helps_with, terms),
        )
        return replace(self, statement=statement)

    @property
    def snapshot(self) -> ProfileChanged:
        """What `matching` is told; the bio and whatever else somebody writes stay here."""
        said = self.statement
        return ProfileChanged(
            person_id=self.id,
            skills_offered=tuple(SkillOffered(skill_id=one.skill_id, level=one.level) for one in said.skills_offered),
            skills_wanted=said.skills_wanted,
            goals=said.goals,
            helps_with=said.helps_with,
            availability=tuple(WeeklySlot(day=one.day, start=one.start, end=one.end) for one in said.availability),
            capacity=said.capacity,
            opted_out=said.opted_out,
            avoid=said.avoid,
            paused_until=self.paused_until,
            consent=said.consent,
            attributes=self.attributes,
        )


def _beginning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _renamed(ids: tuple[str, ...], terms: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(terms.get(id, id) for id in ids))


def _repeated(name: str, ids: list[str]) -> list[FieldError]:
    return [
        FieldError(f"/{name}/{place}", "This was named before; name each once.")
        for place, id in enumerate(ids)
        if id in ids[:place]
    ]


def _trouble(interval: Interval) -> str | None:
    start, end = _half_hours(interval.start), _half_hours(interval.end)
    if start is None or end is None:
        return "Write local times on half hours, such as 09:00 and 10:30."
    if end <= start:
        return "The end must come after the start on the same day; 24:00 ends a day."
    return None


def _half_hours(text: str) -> int | None:
    """Half hours since midnight, or None where the text is no such time."""
    hours, colon, minutes = text.partition(":")
    if not colon or len(text) != 5 or not (hours + minutes).isascii() or not (hours + minutes).isdigit():
        return None
    if minutes not in ("00", "30"):
        return None
    total = int(hours) * 2 + int(minutes) // 30
    return total if total <= 48 else None
