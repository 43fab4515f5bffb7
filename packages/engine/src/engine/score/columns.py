"""The components that columns decide, for pairs or blocks alike, whatever shapes broadcast."""

import numpy as np
from numpy.typing import NDArray

from engine.encode.columns import MISSING_LEVEL, Columns
from engine.program import Program
from engine.score.formula import seniority_of_gap


def seniority_by_column(mentees: Columns, mentors: Columns, program: Program) -> NDArray[np.float64]:
    """`seniority` of whole columns, whatever shapes broadcast."""
    known = (mentees.level != MISSING_LEVEL) & (mentors.level != MISSING_LEVEL)
    gap = np.where(known, mentors.level, 0) - np.where(known, mentees.level, 0)
    return np.asarray(np.where(known, seniority_of_gap(gap, program), 0.0), np.float64)


def availability_by_column(mentees: Columns, mentors: Columns) -> NDArray[np.float64]:
    """`availability` of whole columns, whatever shapes broadcast."""
    shared = np.zeros(np.broadcast_shapes(mentees.free.shape, mentors.free.shape), np.int64)
    # One mentee has few words of a week with free time in them; of many, every word has some.
    words = range(mentees.week.shape[-1])
    for word in words if mentees.free.size > 1 else np.flatnonzero(mentees.week.reshape(-1)).tolist():
        shared += np.bitwise_count(mentees.week[..., word] & mentors.week[..., word])
    return np.asarray(shared / np.maximum(mentees.free, 1), np.float64)


def diversity_by_column(mentees: Columns, mentors: Columns) -> NDArray[np.float64]:
    """`diversity` of whole columns, whatever shapes broadcast."""
    count = mentees.facts.shape[-1]
    differ = np.zeros(np.broadcast_shapes(mentees.free.shape, mentors.free.shape), np.float64)
    for column in range(count):
        a, b = mentees.facts[..., column], mentors.facts[..., column]
        differ += (a != b) & (a != 0) & (b != 0)
    return np.asarray(differ / max(count, 1), np.float64)
