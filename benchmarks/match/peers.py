"""What the engine is measured against: bare matrix products of the same size, and other ways to make a match."""

import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from benchmarks.match.company import most_memory
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow
from scipy.optimize import linear_sum_assignment

COLUMNS = 480
BLOCK = 2048
# Beyond this a dense matrix and its copies no longer fit beside the other figures of one run.
DENSE_CELLS = 40_000_000
MICRO = 1_000_000
Table = NDArray[np.float64]
Seats = NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """What another way found: total score, people matched and the lowest score of a matched person."""

    total: float
    people: int
    lowest: float


@dataclass(frozen=True)
class Used:
    """And what it used: seconds, and the most memory of a process that did nothing else, in GB."""

    found: Found
    seconds: float
    gigabytes: float


Way = Callable[[Table, Seats], Found]


def bare_sgemm(mentees: int, mentors: int, columns: int = COLUMNS) -> float:
    """Seconds of the float32 product (mentees, columns) x (columns, mentors), block by block into one buffer."""
    draw = np.random.default_rng(1)
    left = draw.random((mentees, columns), dtype=np.float32)
    right = draw.random((columns, mentors), dtype=np.float32)
    out = np.empty((min(BLOCK, mentees), mentors), np.float32)
    np.matmul(left[: len(out)], right, out=out)
    started = time.perf_counter()
    for first in range(0, mentees, BLOCK):
        rows = left[first : first + BLOCK]
        np.matmul(rows, right, out=out[: len(rows)])
    return time.perf_counter() - started


def gemv_of_one_thread(mentors: int, columns: int = COLUMNS, times: int = 300) -> tuple[float, float]:
    """Seconds (p50, p99) of one mentee against every mentor as a float32 product, in a process with one BLAS thread."""
    script = (
        "import time, numpy as np\n"
        f"table = np.random.default_rng(1).random(({mentors}, {columns}), dtype=np.float32)\n"
        f"one = table[0].copy()\n"
        f"for _ in range({times}):\n"
        "    started = time.perf_counter()\n"
        "    table @ one\n"
        "    print(time.perf_counter() - started)\n"
    )
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    told = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | one_thread, capture_output=True, text=True, check=True
    )
    return percentiles([float(line) for line in told.stdout.split()])


def percentiles(seconds: list[float]) -> tuple[float, float]:
    """p50 and p99."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return cuts[49], cuts[98]


def alone(way: Way, scores: Table, seats: Seats) -> Used:
    """`way` on the table (mentees, mentors) of scores, -inf where there is no pair, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_used, (way, scores, seats))


def _used(way: Way, scores: Table, seats: Seats) -> Used:
    started = time.perf_counter()
    found = way(scores, seats)
    seconds = time.perf_counter() - started
    return Used(found, seconds, most_memory())


def linear_assignment(scores: Table, seats: Seats) -> Found:
    """scipy's solver on the dense table, a column per seat: the exact optimum."""
    table = np.repeat(scores, seats, axis=1)
    # Nobody must take a seat: each mentee has a column of their own that is worth nothing.
    table = np.where(np.isfinite(table), table, -1e6)
    own = np.full((len(table), len(table)), -1e6)
    np.fill_diagonal(own, 0.0)
    rows, columns = linear_sum_assignment(np.hstack([table, own]), maximize=True)
    taken = columns < table.shape[1]
    return _found(table[rows[taken], columns[taken]])


def greedy(scores: Table, seats: Seats) -> Found:
    """Best pair first, while both are free."""
    mentees, mentors = np.nonzero(np.isfinite(scores))
    left, waiting = seats.copy(), np.ones(len(scores), bool)
    taken = []
    for index in np.argsort(-scores[mentees, mentors], kind="stable"):
        mentee, mentor = mentees[index], mentors[index]
        if waiting[mentee] and left[mentor]:
            waiting[mentee], left[mentor] = False, left[mentor] - 1
            taken.append(scores[mentee, mentor])
    return _found(np.array(taken))


def rounds_of_assignment(scores: Table, seats: Seats) -> Found:
    """The method of the open project mentor-match: one seat per mentor and round, an assignment for each round."""
    left, waiting = seats.copy(), np.arange(len(scores))
    taken: list[NDArray[np.float64]] = [np.zeros(0)]
    while len(waiting) and left.any():
        open_mentors = np.flatnonzero(left)
        table = scores[np.ix_(waiting, open_mentors)]
        rows, columns = linear_sum_assignment(np.where(np.isfinite(table), table, -1e6), maximize=True)
        real = np.isfinite(table[rows, columns])
        if not real.any():
            break
        taken.append(table[rows[real], columns[real]])
        left[open_mentors[columns[real]]] -= 1
        waiting = np.delete(waiting, rows[real])
    return _found(np.concatenate(taken))


def openreview_total(scores: Table, seats: Seats) -> Found:
    """OpenReview's first objective: everybody's demand before all else, then the greatest affinity, as one flow.

    A paper's demand is one reviewer here, a reviewer's greatest load the mentor's seats. Their tool refuses where
    demand exceeds the seats; this one meets as much of it as can be met.
    """
    mentees, mentors = np.nonzero(np.isfinite(scores))
    worth = np.rint(scores[mentees, mentors] * MICRO).astype(np.int64)
    demand = int(worth.max(initial=0)) * 4
    taken = _flow(len(scores), seats, mentees, mentors, worth + demand)
    return _found(scores[mentees[taken], mentors[taken]])


def openreview_fair(scores: Table, seats: Seats) -> Found:
    """OpenReview's fair objective: the greatest lowest score with which the demand can still be met, then the total."""
    mentees, mentors = np.nonzero(np.isfinite(scores))
    worth = np.rint(scores[mentees, mentors] * MICRO).astype(np.int64)
    one = np.ones(len(worth), np.int64)
    most = len(_flow(len(scores), seats, mentees, mentors, one))
    levels = np.unique(worth)
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high + 1) // 2
        above = worth >= levels[middle]
        enough = len(_flow(len(scores), seats, mentees[above], mentors[above], one[above])) == most
        low, high = (middle, high) if enough else (low, middle - 1)
    above = worth >= (levels[low] if len(levels) else 0)
    mentees, mentors, worth = mentees[above], mentors[above], worth[above]
    taken = _flow(len(scores), seats, mentees, mentors, worth + 4 * int(worth.max(initial=0)))
    return _found(scores[mentees[taken], mentors[taken]])


def _flow(n: int, seats: Seats, i: NDArray[np.int64], j: NDArray[np.int64], worth: NDArray[np.int64]) -> Seats:
    """The places of the pairs that a flow of greatest worth takes; nobody must be matched."""
    m = len(seats)
    flow, everybody, sink = min_cost_flow.SimpleMinCostFlow(), np.arange(n), n + m
    arcs = flow.add_arcs_with_capacity_and_unit_cost(i, n + j, np.ones(len(i), np.int64), -worth)
    flow.add_arcs_with_capacity_and_unit_cost(everybody, np.full(n, sink), np.ones(n, np.int64), np.zeros(n, np.int64))
    flow.add_arcs_with_capacity_and_unit_cost(n + np.arange(m), np.full(m, sink), seats, np.zeros(m, np.int64))
    flow.set_nodes_supplies(np.arange(n + m + 1), np.concatenate((np.ones(n), np.zeros(m), [-n])).astype(np.int64))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise ArithmeticError(f"the flow has status {status}")
    return np.flatnonzero(np.asarray(flow.flows(arcs)))


def _found(taken: NDArray[np.float64]) -> Found:
    return Found(float(taken.sum()), len(taken), float(taken.min(initial=np.inf)) if len(taken) else 0.0)
