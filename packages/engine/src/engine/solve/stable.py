"""Deferred acceptance (Gale and Shapley, 1962): mentees propose, mentors keep the best they have seats for."""

import heapq

import numpy as np
from numpy.typing import NDArray

from engine.admission import scores_of
from engine.candidates import Pairs, improving
from engine.encode.cohort import Cohort
from engine.score import MICRO
from engine.score.blocks import Blocks

Ints = NDArray[np.int64]


def solve_stable(
    cohort: Cohort, blocks: Blocks, rows: Ints, seats: Ints, pairs: Pairs, complete: bool
) -> tuple[Pairs, Ints]:
    """A matching without blocking pairs over all pairs: the candidates it rests on, and the chosen positions.

    `blocks` rank as mentees do. Who ran out of candidates is given every mentor who would still take them, and
    proposes on; `complete` says that the candidates are all pairs already.
    """
    if not complete:
        pairs = pairs.where(_certainly_first(cohort, blocks, pairs))
    while True:
        scores = scores_of(cohort, pairs.i, pairs.j)
        wants = np.rint((scores.base + scores.wish_of_mentee) * MICRO).astype(np.int64)
        likes = np.rint((scores.base + scores.wish_of_mentor) * MICRO).astype(np.int64)
        chosen, lowest = deferred_acceptance(pairs, wants, likes, seats)
        more = _still_possible(cohort, blocks, rows, pairs, chosen, lowest)
        if not len(more):
            return pairs, chosen
        pairs = pairs.and_also(more, cohort.shape[1])


def deferred_acceptance(pairs: Pairs, wants: Ints, likes: Ints, seats: Ints) -> tuple[Ints, Ints]:
    """The chosen positions, and what a newcomer must beat per mentor (-1 where a seat is free), in millionths.

    `wants` and `likes` rank each pair for its mentee and its mentor; equal ones go by the other's id.
    """
    order = np.lexsort((pairs.j, -wants, pairs.i))
    starts = np.searchsorted(pairs.i[order], np.unique(pairs.i))
    ends = np.append(starts[1:], len(order)).tolist()
    mentor, rank, place = pairs.j[order].tolist(), likes[order].tolist(), starts.tolist()
    held: list[list[tuple[int, int, int]]] = [[] for _ in range(len(seats))]
    room = seats.tolist()
    free = list(range(len(place) - 1, -1, -1))
    while free:
        mentee = free.pop()
        while place[mentee] < ends[mentee]:
            at = place[mentee]
            place[mentee] += 1
            holds = held[mentor[at]]
            # Greater is better liked; of equals the smaller id, whose negative is greater.
            offer = (rank[at], -mentee, at)
            if len(holds) < room[mentor[at]]:
                heapq.heappush(holds, offer)
                break
            if holds and offer > holds[0]:
                free.append(-heapq.heapreplace(holds, offer)[1])
                break
    chosen = np.sort(order[[at for holds in held for _, _, at in holds]])
    lowest = [
        -1 if len(holds) < full else (holds[0][0] if holds else np.iinfo(np.int64).max)
        for holds, full in zip(held, room, strict=True)
    ]
    return chosen, np.array(lowest, np.int64)


def _certainly_first(cohort: Cohort, blocks: Blocks, pairs: Pairs) -> NDArray[np.bool_]:
    """Candidates that no pair outside can outrank for the mentee, whatever float32 blurred at the edge of a list."""
    scores = scores_of(cohort, pairs.i, pairs.j)
    wants = scores.base + scores.wish_of_mentee
    edge = np.full(cohort.shape[0], np.inf)
    np.minimum.at(edge, pairs.i, wants)
    return np.asarray(wants >= edge[pairs.i] + 2 * blocks.blur)


def _still_possible(cohort: Cohort, blocks: Blocks, rows: Ints, pairs: Pairs, chosen: Ints, lowest: Ints) -> Pairs:
    """For mentees who were refused everywhere, the mentors outside their list who would not refuse them.

    Mentors only grow choosier as proposals come, so whoever refuses now would have refused before.
    """
    refused = np.setdiff1d(rows, pairs.i[chosen])
    more = _who_would_take(cohort, blocks, refused, np.where(lowest < 0, 0.0, lowest / MICRO))
    scores = scores_of(cohort, more.i, more.j)
    likes = np.rint((scores.base + scores.wish_of_mentor) * MICRO).astype(np.int64)
    outside = ~np.isin(cohort.keys(more.i, more.j), cohort.keys(pairs.i, pairs.j))
    return more.where(outside & (likes >= lowest[more.j]))


def _who_would_take(cohort: Cohort, blocks: Blocks, rows: Ints, lowest: NDArray[np.float64]) -> Pairs:
    # Blocks rank as mentees do; the mentor's own wish can lift a pair by this much more.
    least = np.full(len(rows), -cohort.program.wishes.mentor)
    return improving(blocks, rows, np.minimum(lowest, 1e9), least, cohort.shape[1])


def blocking_pairs(cohort: Cohort, blocks: Blocks, rows: Ints, seats: Ints, taken: Pairs) -> Pairs:
    """Every pair in which each would gain more than 1e-6 by its own ranking over what it has; `taken` is the result."""
    scores = scores_of(cohort, taken.i, taken.j)
    has = np.zeros(cohort.shape[0])
    has[taken.i] = scores.base + scores.wish_of_mentee
    full = np.bincount(taken.j, minlength=cohort.shape[1]) >= seats
    lowest = np.full(cohort.shape[1], np.inf)
    np.minimum.at(lowest, taken.j, scores.base + scores.wish_of_mentor)
    lowest[~full] = 0.0
    matched = np.intersect1d(rows, taken.i)
    found = improving(blocks, matched, np.zeros(cohort.shape[1]), has[matched], cohort.shape[1])
    found = found.and_also(_who_would_take(cohort, blocks, np.setdiff1d(rows, matched), lowest), cohort.shape[1])
    exact = scores_of(cohort, found.i, found.j)
    gains_i = exact.base + exact.wish_of_mentee - has[found.i] > 1 / MICRO
    gains_j = exact.base + exact.wish_of_mentor - lowest[found.j] > 1 / MICRO
    return found.where(gains_i & gains_j)
