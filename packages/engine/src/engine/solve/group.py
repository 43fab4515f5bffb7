"""Groups of a least size: solved without it, then every under-filled group is either closed or filled, by bounds."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.candidates import Pairs
from engine.program import Problem, ProgramRefused
from engine.score.blocks import Blocks
from engine.solve.best import Answer, Question, solve_best
from engine.solve.network import NoFlow

Ints = NDArray[np.int64]
# How many arcs the flows of one search may have in all beyond its first way down: half a minute of flows.
EFFORT = 20_000_000
MOST_BRANCHES = 2_000
Rank = tuple[int, int, int]


@dataclass(slots=True)
class _Node:
    """What is decided of some groups: the question with those closed or to be filled, and which were `closed`."""

    question: Question
    closed: tuple[int, ...]
    bound: Rank


@dataclass(slots=True)
class _Search:
    blocks: Blocks
    pairs: Pairs
    best: tuple[Rank, Answer, tuple[int, ...]] | None = None
    open: list[_Node] = field(default_factory=list)


def close_small_groups(
    question: Question, blocks: Blocks, pairs: Pairs, certify: bool, rounds: int
) -> tuple[Answer, list[int]]:
    """The answer in which every group has its least size, and the mentors whose groups were closed.

    The first way down closes the under-filled group of the lowest total and solves again, until none is left. Then the
    other ways are tried (filling it instead), those that cannot be better left out, as long as EFFORT lasts; small
    companies are solved to the optimum so. The slack is the distance to the best that is not excluded. Raises
    ProgramRefused where a group of locked pairs can be neither filled nor closed.
    """
    relaxed = solve_best(question, blocks, pairs, certify, rounds)
    search = _Search(blocks, relaxed.pairs)
    most = max(0, min(MOST_BRANCHES, EFFORT // max(len(relaxed.pairs), 1)))
    _branch(search, _Node(question, (), _rank(question, relaxed)), relaxed)
    while search.open and (search.best is None or most > 0):
        node = search.open.pop()
        if search.best and node.bound <= search.best[0]:
            continue
        most -= search.best is not None
        try:
            answer = solve_best(node.question, blocks, search.pairs, rounds=0)
        except NoFlow:
            continue
        _branch(search, node, answer)
    if search.best is None:
        raise ProgramRefused(_locked_short(question))
    rank, answer, closed = search.best
    left = max((node.bound for node in search.open), default=rank)
    return replace(answer, slack=max(left[2] - rank[2], 0) + (relaxed.slack or 0)), list(closed)


def _branch(search: _Search, node: _Node, answer: Answer) -> None:
    """Keep an answer without under-filled groups if it is the best; else both ways to go on with the worst of them."""
    question, group = node.question, node.question.cohort.program.group
    assert group is not None
    chosen = answer.pairs.where(answer.chosen)
    loads = question.taken + np.bincount(chosen.j, minlength=len(question.seats))
    rank = _rank(question, answer)
    if search.best and rank <= search.best[0]:
        return
    small = np.flatnonzero((loads > 0) & (loads < group.min))
    if not len(small):
        search.best = (rank, answer, node.closed)
        return
    # A group that was to be filled and is not has nobody to fill it: nothing below can be.
    if len(question.least) and question.least[small].any():
        return
    totals = np.bincount(chosen.j, weights=chosen.micro, minlength=len(question.seats))
    worst = int(small[np.argmin(totals[small])])
    filled = question.least.copy() if len(question.least) else np.zeros(len(question.seats), np.int64)
    filled[worst] = group.min
    if question.taken[worst] + question.seats[worst] >= group.min:
        search.open.append(_Node(replace(question, least=filled), node.closed, rank))
    if not question.taken[worst]:
        seats = question.seats.copy()
        seats[worst] = 0
        search.open.append(_Node(replace(question, seats=seats), (*node.closed, worst), rank))


def _rank(question: Question, answer: Answer) -> Rank:
    """By what answers are compared: few beyond the limits of fairness, people where the most are asked for, total."""
    most_people = question.cohort.program.objective == "most_people"
    total = question.value(answer.pairs.where(answer.chosen))
    return -int(answer.beyond.sum()), len(answer.chosen) if most_people else 0, total


def _locked_short(question: Question) -> list[Problem]:
    least = question.cohort.program.group
    assert least is not None
    return [
        Problem(
            "locked",
            f"the group of {question.cohort.mentor_ids[mentor]} has {question.taken[mentor]} locked pairs and cannot "
            f"be filled to {least.min} mentees",
            "lock more pairs to it, take its locks out or lower kind.group.min",
        )
        for mentor in np.flatnonzero(question.taken).tolist()
    ]
