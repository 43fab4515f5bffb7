"""Exact scores of chosen pairs, and the first rule that each of them breaks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import rules
from engine.encode.cohort import Cohort
from engine.encode.columns import MISSING_LEVEL
from engine.program import COMPONENTS
from engine.score import MICRO, ROUNDING, availability_by_column, diversity_by_column, seniority_by_column

Rows = NDArray[np.int64]
NONE_BROKEN = 255
# Pairs that are scored at once; bounds the memory of a call, not its result.
CHUNK = 1_000_000


@dataclass(slots=True)
class Scores:
    """Exact scores of k pairs: raw components (k, 5) in the order of COMPONENTS, the amounts of wishes, and sums."""

    components: NDArray[np.float64]
    wish_of_mentee: NDArray[np.float64]
    wish_of_mentor: NDArray[np.float64]
    base: NDArray[np.float64]

    @property
    def exact(self) -> NDArray[np.float64]:
        """The whole score (k,), not rounded."""
        return self.base + self.wish_of_mentee + self.wish_of_mentor


def scores_of(cohort: Cohort, i: Rows, j: Rows) -> Scores:
    """Scores of pairs; for kind `peer` the mean of both directions."""
    ahead = _directed(cohort, i, j)
    if cohort.program.kind != "peer":
        return ahead
    back = _directed(cohort, j, i)
    return Scores(
        (ahead.components + back.components) / 2,
        (ahead.wish_of_mentee + back.wish_of_mentee) / 2,
        (ahead.wish_of_mentor + back.wish_of_mentor) / 2,
        (ahead.base + back.base) / 2,
    )


def _directed(cohort: Cohort, i: Rows, j: Rows) -> Scores:
    mentees, mentors, m = cohort.mentees.take(i), cohort.mentors.take(j), cohort.shape[1]
    components = np.column_stack(
        (
            cohort.skills.value(i, j, m),
            cohort.themes.value(i, j, m),
            seniority_by_column(mentees, mentors, cohort.program),
            availability_by_column(mentees, mentors),
            diversity_by_column(mentees, mentors),
        )
    )
    base = np.zeros(len(i))
    for column, name in enumerate(COMPONENTS):
        base += getattr(cohort.program.weights, name) * components[:, column]
    keys = cohort.keys(i, j)
    return Scores(components, cohort.wishes_of_mentees.at(keys), cohort.wishes_of_mentors.at(keys), base)


def micro(exact: NDArray[np.float64]) -> Rows:
    """Scores as they are solved and published: whole millionths, rounded once."""
    return np.rint(exact * MICRO).astype(np.int64)


def first_broken(cohort: Cohort, i: Rows, j: Rows, exact: NDArray[np.float64]) -> NDArray[np.uint8]:
    """For each pair the place in `rules.ORDER` of the first rule it breaks, NONE_BROKEN where it may be."""
    found = _rules_broken(cohort, i, j, exact)
    open_pairs = np.flatnonzero(found == NONE_BROKEN)
    wrong = _points_the_other_way(cohort, i[open_pairs], j[open_pairs], exact[open_pairs])
    found[open_pairs[wrong]] = rules.ORDER.index("direction")
    return found


def _rules_broken(cohort: Cohort, i: Rows, j: Rows, exact: NDArray[np.float64]) -> NDArray[np.uint8]:
    keys = cohort.keys(i, j)
    broken = dict(rules.column_rules(cohort.mentees.take(i), cohort.mentors.take(j), cohort.program))
    broken["reporting_line"] = among(keys, cohort.related)
    broken["avoid"] = among(keys, cohort.avoiding)
    broken["floor"] = exact < cohort.program.floor - ROUNDING
    broken["forbidden"] = among(keys, cohort.forbidden)
    broken["oneself"] = among(keys, cohort.themselves)
    found = np.full(len(i), NONE_BROKEN, np.uint8)
    for place in reversed(range(len(rules.ORDER))):
        if rules.ORDER[place] in broken:
            found[broken[rules.ORDER[place]]] = place
    return found


def among(keys: Rows, known: Rows) -> NDArray[np.bool_]:
    """Which of the keys are in `known`, which is sorted."""
    if not len(known):
        return np.zeros(len(keys), np.bool_)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.asarray(known[at] == keys)


def _points_the_other_way(cohort: Cohort, i: Rows, j: Rows, exact: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether two people who are both may be matched the other way round, and score better so."""
    if cohort.program.kind == "peer":
        return np.asarray(i > j)
    wrong = np.zeros(len(i), np.bool_)
    twins = np.flatnonzero((cohort.twin_mentor[i] >= 0) & (cohort.twin_mentee[j] >= 0))
    if not len(twins):
        return wrong
    back_i, back_j = cohort.twin_mentee[j[twins]], cohort.twin_mentor[i[twins]]
    back = scores_of(cohort, back_i, back_j).exact
    here = exact[twins]
    senior = _levels(cohort.mentees.level[i[twins]]) - _levels(cohort.mentors.level[j[twins]])
    # Rows are in the order of ids on either side, so the smaller twin is the smaller id.
    tie = (senior > 0) | ((senior == 0) & (i[twins] < back_i))
    better = np.where(np.abs(back - here) > ROUNDING, back > here, tie)
    wrong[twins] = better & (_rules_broken(cohort, back_i, back_j, back) == NONE_BROKEN)
    return wrong


def _levels(level: Rows) -> Rows:
    return np.where(level == MISSING_LEVEL, 0, level)
