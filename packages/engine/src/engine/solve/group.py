"""Groups of a least size: solved without it, then under-filled groups are closed one by one."""

from dataclasses import replace

import numpy as np

from engine.candidates import Pairs
from engine.program import Problem, ProgramRefused
from engine.score.blocks import Blocks
from engine.solve.best import Answer, Question, solve_best


def close_small_groups(
    question: Question, blocks: Blocks, pairs: Pairs, certify: bool, rounds: int
) -> tuple[Answer, list[int]]:
    """The answer in which every group has its least size, and the mentors whose groups were closed.

    The under-filled group of the lowest total is closed and the rest solved again, until none is left. The slack is
    the distance to the optimum without a least size. Raises ProgramRefused where a group to be closed has locked pairs.
    """
    group = question.cohort.program.group
    assert group is not None
    answer = solve_best(question, blocks, pairs, certify, rounds)
    relaxed = question.value(answer.pairs.where(answer.chosen)) + (answer.slack or 0)
    closed: list[int] = []
    while True:
        chosen = answer.pairs.where(answer.chosen)
        loads = question.taken + np.bincount(chosen.j, minlength=len(question.seats))
        small = np.flatnonzero((loads > 0) & (loads < group.min))
        if not len(small):
            slack = relaxed - question.value(chosen)
            return replace(answer, slack=max(slack, 0)), closed
        totals = np.bincount(chosen.j, weights=chosen.micro, minlength=len(question.seats))
        closing = int(small[np.argmin(totals[small])])
        _refuse_if_locked(question, closing, int(loads[closing]))
        closed.append(closing)
        seats = question.seats.copy()
        seats[closing] = 0
        question = replace(question, seats=seats)
        # Prices of the relaxed problem no longer prove anything, so only candidates count from here.
        answer = solve_best(question, blocks, answer.pairs, rounds=0)


def _refuse_if_locked(question: Question, mentor: int, size: int) -> None:
    if question.taken[mentor]:
        name, least = question.cohort.mentor_ids[mentor], question.cohort.program.group
        raise ProgramRefused(
            [
                Problem(
                    "locked",
                    f"the group of {name} has locked pairs but only {size} of {least and least.min} mentees",
                    "lock more pairs to it, take its locks out or lower kind.group.min",
                )
            ]
        )
