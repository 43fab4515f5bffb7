"""What a run found: the pairs with their parts, the figures, and how it was reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.admission import Scores
from engine.candidates import Pairs
from engine.encode.cohort import Cohort
from engine.score import MICRO
from engine.solve.best import Question
from engine.solve.seating import Seated

Ints = NDArray[np.int64]


@dataclass(slots=True)
class GroupRate:
    """One group of fairness: its size, how many are matched, and how many more stay unmatched than its limit."""

    group: str
    mentees: int
    matched: int
    limit: int
    beyond: int


@dataclass(slots=True)
class Match:
    """The result of one run over `cohort`.

    `chosen` pairs are sorted by mentee then mentor with `scores`, `locked` and `kept` beside them; `objective` is the
    total with stickiness and spread, `bound` no total can exceed where `certified`. `candidates` with the positions of
    the `solved` among them, the `question` and how it was `seated` explain who lost which seat; `managers` are
    the lines that were given.
    """

    cohort: Cohort
    chosen: Pairs
    scores: Scores
    locked: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    existing: int
    objective: float
    bound: float | None
    candidates: Pairs
    solved: Ints
    open_rows: Ints
    seats: Ints
    question: Question | None = None
    seated: Seated | None = None
    blocking: int | None = None
    rate_without_fairness: float | None = None
    groups: list[GroupRate] = field(default_factory=list)
    unavoidable: list[dict[str, Any]] = field(default_factory=list)
    closed_groups: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    managers: Mapping[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The sum of the published scores."""
        return int(self.chosen.micro.sum()) / MICRO

    @property
    def mentees(self) -> Ints:
        """Rows of all mentees who did not opt out."""
        return np.flatnonzero(~self.cohort.mentees.opted_out)

    @property
    def unmatched(self) -> Ints:
        """Rows of mentees who did not opt out and got nobody."""
        matched = self.chosen.i
        if self.cohort.program.kind == "peer":
            matched = np.concatenate((matched, self.chosen.j))
        return np.setdiff1d(self.mentees, matched)

    @property
    def gap(self) -> float | None:
        """(bound - objective) / bound; 0 where both are 0, None where nothing was certified."""
        if self.bound is None:
            return None
        return (self.bound - self.objective) / self.bound if self.bound else 0.0

    def existing_pairs(self) -> list[tuple[str, str]]:
        """(mentee, mentor) ids of existing pairs that break no rule and are open."""
        kept = self.question.kept if self.question else np.zeros(0, np.int64)
        mentees, mentors = self.cohort.mentee_ids, self.cohort.mentor_ids
        return [(mentees[key // len(mentors)], mentors[key % len(mentors)]) for key in kept.tolist()]

    def pairs(self) -> list[tuple[str, str]]:
        """(mentee, mentor) ids."""
        mentees, mentors = self.cohort.mentee_ids, self.cohort.mentor_ids
        return [(mentees[i], mentors[j]) for i, j in zip(self.chosen.i.tolist(), self.chosen.j.tolist(), strict=True)]
