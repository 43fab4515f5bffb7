"""Parity between groups: limits from the run without it, rates after it, and the proof where it cannot be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.candidates import Pairs
from engine.encode.cohort import Cohort
from engine.match.result import GroupRate
from engine.program import Program
from engine.solve.best import Answer, Question

Ints = NDArray[np.int64]
# What everybody asks about where a program names no groups.
SHOWN_GROUPS = (("level",), ("department",), ("site",))


@dataclass(slots=True)
class Groups:
    """The `names` of groups and the `code` (n,) of each mentee's; an attribute that is missing is a group too."""

    names: list[str]
    code: Ints


def attributes_shown(program: Program) -> list[tuple[str, ...]]:
    """By what a result is reported: the program's own groups first."""
    if program.fairness is None:
        return list(SHOWN_GROUPS)
    return list(dict.fromkeys((program.fairness.group, *program.fairness.report)))


def groups_of(cohort: Cohort, attributes: Sequence[str]) -> Groups:
    """The groups of mentees by a combination of attributes, as in `level+site`."""
    values = ["+".join(cohort.people[p].fact(a) for a in attributes) for p in cohort.mentee_ids]
    names = sorted(set(values))
    code = {name: number for number, name in enumerate(names)}
    return Groups(names, np.array([code[value] for value in values], np.int64))


def limits(cohort: Cohort, groups: Groups, rate: float) -> Ints:
    """How many of each group may stay unmatched: n_g·(1 - rate + tolerance), rounded up."""
    assert cohort.program.fairness is not None
    sizes = np.bincount(groups.code[~cohort.mentees.opted_out], minlength=len(groups.names))
    share = 1 - rate + cohort.program.fairness.tolerance
    # A product that is a whole number but for the last bits of float64 is that whole number.
    return np.array([min(int(size), math.ceil(size * share - 1e-9)) for size in sizes], np.int64)


def within_limits(question: Question, answer: Answer) -> bool:
    """Whether no group of the question has more unmatched mentees than its limit."""
    unmatched = np.ones(len(question.rows), np.bool_)
    unmatched[np.searchsorted(question.rows, answer.pairs.i[answer.chosen])] = False
    counts = np.bincount(question.group[unmatched], minlength=len(question.limit))
    return bool((counts <= question.limit).all())


def rates(cohort: Cohort, groups: Groups, limit: Ints, answer: Answer, locked: Pairs) -> list[GroupRate]:
    """Each group after the run."""
    count = len(groups.names)
    sizes = np.bincount(groups.code[~cohort.mentees.opted_out], minlength=count)
    matched = np.concatenate((answer.pairs.i[answer.chosen], locked.i))
    got = np.bincount(groups.code[matched], minlength=count)
    return [
        GroupRate(name, int(sizes[g]), int(got[g]), int(limit[g]), int(max(0, sizes[g] - got[g] - limit[g])))
        for g, name in enumerate(groups.names)
        if sizes[g]
    ]


def unavoidable(question: Question, groups: Groups, answer: Answer) -> list[dict[str, Any]]:
    """For each group beyond its limit, the proof: mentees who together can reach too few seats (a minimum cut)."""
    cohort = question.cohort
    if not answer.beyond.any() or answer.cut is None:
        return []
    stuck, reached = answer.cut
    seats, concerned = int(question.seats[reached].sum()), np.unique(question.group[stuck])
    allowed = int(question.limit[concerned].sum())
    proof = {
        "mentees": [cohort.mentee_ids[question.rows[i]] for i in stuck.tolist()],
        "mentors": [cohort.mentor_ids[j] for j in reached.tolist()],
        "seats": seats,
        "may_stay_unmatched": allowed,
        "words": f"These {len(stuck)} mentees may be matched with no other than these {len(reached)} mentors, who have "
        f"{seats} free seats, while their groups may leave {allowed}: {len(stuck) - seats - allowed} are beyond",
    }
    return [
        {"group": groups.names[g], "beyond": int(answer.beyond[g]), "proof": proof}
        for g in np.flatnonzero(answer.beyond).tolist()
    ]
