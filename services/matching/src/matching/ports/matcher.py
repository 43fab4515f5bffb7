"""The match between one mentee and the mentors of a program, with its reasons."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from matching.domain.program import Program

ReasonCode = Literal[
    "offers_wanted_skill",
    "helps_with_goal",
    "right_seniority",
    "free_at_the_same_time",
    "sees_it_from_elsewhere",
    "you_wished",
]


@dataclass(frozen=True, kw_only=True)
class Why:
    """One reason for a reader of any language.

    `about` names skills or themes, or the facts on which the two differ (`department`, `site`, an attribute); it is
    empty where no name is known. `hours` counts the hours a week in which both are free.
    """

    code: ReasonCode
    about: tuple[str, ...] = ()
    hours: float | None = None


@dataclass(frozen=True, kw_only=True)
class Match:
    """How well a mentor fits a mentee, wishes left out, since a sum would tell the other side's.

    `score` is 0 to 100, `raw` the weighted sum, `components` lie in [0, 1], `wished` is the mentee's rank of the mentor
    (1 is first). `reasons` are plain sentences for the mentee, made of what the mentee may know; `why` is the same as
    codes, one for each sentence.
    """

    mentor_id: str
    score: float
    raw: float
    components: dict[str, float]
    wished: int | None
    reasons: tuple[str, ...]
    why: tuple[Why, ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the match says of one pair: the rule that refuses it, or how well it fits."""

    rule: str | None
    match: Match | None
    known_at: datetime


class Matcher(Protocol):
    """The match over one program's people, kept ready in memory."""

    def recommend(self, program: Program, mentee_id: str, limit: int) -> tuple[list[Match], datetime]:
        """The mentors who fit best, best first, and the moment to which what they are based on is known.

        It names nobody whom the mentee waits for or works with, or who did not take up their request.
        """
        ...

    def explain(self, program: Program, mentee_id: str, mentor_id: str) -> Verdict:
        """Why this mentor, or why not."""
        ...
