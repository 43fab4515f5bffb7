"""The published formula, one pair at a time in float64: components, wishes and the score."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from engine.check.people import People, Person
from engine.check.program import COMPONENTS, Program

HALF_HOURS = 336
HALF_HOUR = 1800


@dataclass(frozen=True)
class Score:
    """A pair's raw components, the two amounts that wishes add, and the sum that the program makes of them."""

    components: Mapping[str, float]
    wish_of_mentee: float
    wish_of_mentor: float
    base: float

    @property
    def total(self) -> float:
        return self.base + self.wish_of_mentee + self.wish_of_mentor


class Scores:
    """Scores under one program; knows how rare each skill is among these people."""

    def __init__(self, people: People, program: Program) -> None:
        self.program = program
        mentors = [person for person in people.accepted.values() if person.may_mentor and not person.opted_out]
        offered = Counter(skill for mentor in mentors for skill in mentor.skills_offered)
        self.mentors = len(mentors)
        self.offered = offered

    def idf(self, skill: str) -> float:
        return math.log(1 + self.mentors / (1 + self.offered[skill]))

    def of(self, mentee: Person, mentor: Person) -> Score:
        """The score of a pair; between peers the mean of both directions, each part likewise."""
        there = self.one_way(mentee, mentor)
        if self.program.kind != "peer":
            return there
        back = self.one_way(mentor, mentee)
        return Score(
            {name: (there.components[name] + back.components[name]) / 2 for name in COMPONENTS},
            (there.wish_of_mentee + back.wish_of_mentee) / 2,
            (there.wish_of_mentor + back.wish_of_mentor) / 2,
            (there.base + back.base) / 2,
        )

    def one_way(self, mentee: Person, mentor: Person) -> Score:
        components = {
            "skills": self.skills(mentee, mentor),
            "goals": share(mentee.goals, mentor.helps_with),
            "seniority": self.seniority(mentee, mentor),
            "availability": share(self.week(mentee), self.week(mentor)),
            "diversity": self.diversity(mentee, mentor),
        }
        wish, return_wish = mentee.ranks_as_mentee.get(mentor.person_id), mentor.ranks_as_mentor.get(mentee.person_id)
        return Score(
            components,
            0.0 if wish is None else self.program.wish_of_mentee * (6 - wish) / 5,
            0.0 if return_wish is None else self.program.wish_of_mentor * (11 - return_wish) / 10,
            math.fsum(self.program.weights[name] * components[name] for name in COMPONENTS),
        )

    def skills(self, mentee: Person, mentor: Person) -> float:
        if not mentee.skills_wanted:
            return 0.0
        met = math.fsum(self.idf(s) * (mentor.skills_offered.get(s, 0) / 5) for s in mentee.skills_wanted)
        asked = math.fsum(self.idf(s) for s in mentee.skills_wanted)
        return met / asked if asked > 0 else 0.0

    def seniority(self, mentee: Person, mentor: Person) -> float:
        if mentee.level is None or mentor.level is None:
            return 0.0
        gap = mentor.level - mentee.level
        if self.program.kind == "peer":
            gap = abs(gap)
        return math.exp(-((gap - self.program.ideal_gap) ** 2) / (2 * self.program.width**2))

    def diversity(self, mentee: Person, mentor: Person) -> float:
        names = self.program.diversity
        if not names:
            return 0.0
        return sum(differ(mentee.attributes.get(name, ""), mentor.attributes.get(name, "")) for name in names) / len(
            names
        )

    def week(self, person: Person) -> frozenset[int]:
        return half_hours_in_utc(person.half_hours, self.offset(person))

    def offset(self, person: Person) -> int:
        """Seconds east of UTC at noon UTC of the program's day."""
        return offset_at_noon(person.time_zone, datetime.combine(self.program.as_of, time(12), UTC))


def share(asked: frozenset[str] | frozenset[int], given: frozenset[str] | frozenset[int]) -> float:
    return len(asked & given) / len(asked) if asked else 0.0


def differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


@cache
def offset_at_noon(zone: str, noon: datetime) -> int:
    offset = noon.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


@lru_cache(maxsize=1_000_000)
def half_hours_in_utc(local: frozenset[int], offset: int) -> frozenset[int]:
    """The half hours of the UTC week that lie wholly within the local ones, on a ring of one week."""
    return frozenset(
        half_hour
        for half_hour in range(HALF_HOURS)
        if (half_hour * HALF_HOUR + offset) // HALF_HOUR % HALF_HOURS in local
        and (half_hour * HALF_HOUR + offset + HALF_HOUR - 1) // HALF_HOUR % HALF_HOURS in local
    )
