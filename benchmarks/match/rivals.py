"""The engine beside other methods, over every pair that the rules allow, at sizes that they can do."""

from collections.abc import Iterator

import numpy as np
from benchmarks.match import peers
from benchmarks.match.bar import Bar
from benchmarks.match.company import Company

from engine.candidates import best
from engine.match import Match
from engine.score.blocks import Blocks

WAYS = (
    ("greedy, best pair first", peers.greedy),
    ("mentor-match's method, an assignment per round", peers.rounds_of_assignment),
    ("OpenReview's objective, demand and affinity as a flow", peers.openreview_total),
    ("OpenReview's fair objective, the greatest lowest score", peers.openreview_fair),
)


def other_ways(company: Company) -> Iterator[Bar]:
    """Each in a process of its own, its memory and seconds beside the engine's certified total."""
    result = company.certified.result
    n, m = result.cohort.shape
    if n * m > peers.DENSE_CELLS:
        yield Bar("other ways", "-", f"{n * m:,} cells: a dense table of them is no longer practical", "", None)
        return
    scores, seats = dense(result), np.maximum(result.cohort.mentors.capacity, 0)
    ways = [*WAYS]
    if n * int(seats.sum()) <= peers.DENSE_CELLS // 10:
        ways.append(("scipy's linear_sum_assignment, exact", peers.linear_assignment))
    lowest = min(result.chosen.micro.tolist(), default=0) / 1e6
    beside = (
        f"engine, certified: {result.objective:.3f}, {len(result.chosen)} people, lowest {lowest:.3f}, "
        f"{company.certified.seconds:.2f} s"
    )
    for name, way in ways:
        used = peers.alone(way, scores, seats)
        found = used.found
        behind, fewer = 100 * (1 - found.total / result.objective), len(result.chosen) - found.people
        measured = (
            f"{behind:.3f} % less, {fewer} people fewer, lowest {found.lowest:.3f}, {used.seconds:.2f} s, "
            f"{used.gigabytes:.2f} GB"
        )
        yield Bar(f"for comparison: {name}", measured, beside, "", None)


def dense(result: Match) -> peers.Table:
    """The exact score of every allowed pair, -inf elsewhere."""
    n, m = result.cohort.shape
    pairs = best(Blocks(result.cohort), np.flatnonzero(~result.cohort.mentees.opted_out), m)
    scores = np.full((n, m), -np.inf)
    scores[pairs.i, pairs.j] = pairs.micro / 1e6
    return scores
