"""The public formula: how good a pair is, in components in [0, 1], weighted, with wishes on top."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.encode.week import offset_seconds, shifted_week
from engine.person import Person, fold
from engine.program import COMPONENTS, Program, Seniority, Wishes

MICRO = 1_000_000
# Two float64 sums of the same terms in another order differ by less than this.
ROUNDING = 1e-9


@dataclass(slots=True)
class Rarity:
    """How rare each skill is among the mentors: `mentors` accepted and not opted out, `offering` counts by skill."""

    mentors: int = 0
    offering: Counter[str] = field(default_factory=Counter)

    @classmethod
    def among(cls, people: Iterable[Person]) -> "Rarity":
        """Counted over `people`."""
        rarity = cls()
        for person in people:
            rarity.count(person, 1)
        return rarity

    def count(self, person: Person, change: int) -> None:
        """Take `person` in (1) or out (-1)."""
        if person.mentors and not person.opted_out:
            self.mentors += change
            for skill in {fold(s) for s in person.skills_offered}:
                self.offering[skill] += change

    def of(self, skill: str) -> float:
        """The inverse document frequency of a folded skill."""
        return math.log(1 + self.mentors / (1 + self.offering[skill]))


@dataclass(frozen=True, slots=True)
class Score:
    """A pair's score in float64: the `exact` sum, raw `components`, and what each side's wish added."""

    exact: float
    components: Mapping[str, float]
    wish_of_mentee: float = 0.0
    wish_of_mentor: float = 0.0

    @property
    def total(self) -> float:
        """The score as it is solved and published: rounded once, to 1e-6."""
        return rounded(self.exact)

    def percent(self, program: Program) -> float:
        """As people read it: 0 to 100, wishes left out."""
        weights = program.weights
        base: float = sum(getattr(weights, c) * v for c, v in self.components.items())
        return 100 * base / weights.total


def pair(mentee: Person, mentor: Person, program: Program, rarity: Rarity) -> Score:
    """The score of `mentee` with `mentor`; for kind `peer` the mean of both directions."""
    if program.kind == "peer":
        ahead, back = _directed(mentee, mentor, program, rarity), _directed(mentor, mentee, program, rarity)
        return Score(
            exact=(_sum(ahead, program) + _sum(back, program)) / 2,
            components={c: (ahead.components[c] + back.components[c]) / 2 for c in COMPONENTS},
            wish_of_mentee=(ahead.wish_of_mentee + back.wish_of_mentee) / 2,
            wish_of_mentor=(ahead.wish_of_mentor + back.wish_of_mentor) / 2,
        )
    score = _directed(mentee, mentor, program, rarity)
    return Score(_sum(score, program), score.components, score.wish_of_mentee, score.wish_of_mentor)


def rounded(score: float) -> float:
    """To 1e-6, once."""
    return float(np.rint(score * MICRO)) / MICRO


def mentee_wish(wishes: tuple[str, ...], other: str, weights: Wishes) -> float:
    """What the mentee's wish for `other` adds: w·(6-r)/5 at rank r."""
    return weights.mentee * (5 - wishes.index(other)) / 5 if other in wishes[:5] else 0.0


def mentor_wish(wishes: tuple[str, ...], other: str, weights: Wishes) -> float:
    """What the mentor's wish for `other` adds: w·(11-r)/10 at rank r."""
    return weights.mentor * (10 - wishes.index(other)) / 10 if other in wishes[:10] else 0.0


def _sum(score: Score, program: Program) -> float:
    base = 0.0
    for component in COMPONENTS:
        base += getattr(program.weights, component) * score.components[component]
    return base + score.wish_of_mentee + score.wish_of_mentor


def _directed(mentee: Person, mentor: Person, program: Program, rarity: Rarity) -> Score:
    components = {
        "skills": skills(mentee, mentor, rarity),
        "goals": share({fold(g) for g in mentee.goals}, {fold(h) for h in mentor.helps_with}),
        "seniority": 0.0
        if mentee.level is None or mentor.level is None
        else _seniority_of_one_gap(mentor.level - mentee.level, program.seniority, program.kind == "peer"),
        "availability": availability(mentee, mentor, program),
        "diversity": diversity(mentee, mentor, program),
    }
    return Score(
        0.0,
        components,
        mentee_wish(mentee.wishes, mentor.person_id, program.wishes),
        mentor_wish(mentor.wishes_as_mentor, mentee.person_id, program.wishes),
    )


def skills(mentee: Person, mentor: Person, rarity: Rarity) -> float:
    """The wanted skills that the mentor offers, by rarity and level, as a share of all that are wanted."""
    wanted = {fold(s) for s in mentee.skills_wanted}
    offered = {fold(s): level for s, level in mentor.skills_offered.items()}
    rare = [(s, rarity.of(s)) for s in sorted(wanted)]
    whole = sum(idf for _, idf in rare)
    return sum(idf * offered.get(s, 0) / 5 for s, idf in rare) / whole if whole else 0.0


def share(sought: set[str], given: set[str]) -> float:
    """The part of `sought` that is in `given`; 0 where nothing is sought."""
    return len(sought & given) / len(sought) if sought else 0.0


def availability(mentee: Person, mentor: Person, program: Program) -> float:
    """The share of the mentee's half hours of UTC in which the mentor is free too."""
    first = shifted_week(mentee.availability, offset_seconds(mentee.time_zone, program.as_of))
    second = shifted_week(mentor.availability, offset_seconds(mentor.time_zone, program.as_of))
    return (first & second).bit_count() / first.bit_count() if first else 0.0


def diversity(mentee: Person, mentor: Person, program: Program) -> float:
    """The share of the listed attributes on which both are known and differ."""
    if not program.diversity:
        return 0.0
    facts = [(mentee.fact(name), mentor.fact(name)) for name in program.diversity]
    return sum(a != b for a, b in facts if a and b) / len(facts)


def seniority_of_gap(gap: "int | NDArray[np.int64]", program: Program) -> NDArray[np.float64]:
    """exp(-(gap - ideal)² / (2·width²)), by |gap| for kind `peer`."""
    return _seniority(gap, program.seniority, program.kind == "peer")


def _seniority(gap: "int | NDArray[np.int64]", best: Seniority, either_way: bool) -> NDArray[np.float64]:
    gaps = np.abs(np.asarray(gap, np.float64)) if either_way else np.asarray(gap, np.float64)
    return np.asarray(np.exp(-((gaps - best.ideal_gap) ** 2) / (2 * best.width**2)), np.float64)


# There are few levels, and one of numpy's numbers takes as long as some hundred.
@lru_cache(maxsize=4096)
def _seniority_of_one_gap(gap: int, best: Seniority, either_way: bool) -> float:
    return float(_seniority(gap, best, either_way))
