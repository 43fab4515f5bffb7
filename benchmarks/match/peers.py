"""What the engine is measured against: bare matrix products of the same size, and other ways to make a match."""

import os
import statistics
import subprocess
import sys
import time

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

COLUMNS = 480
BLOCK = 2048
# Beyond this a dense matrix and its copies no longer fit beside the other figures of one run.
DENSE_CELLS = 40_000_000


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


def linear_assignment(scores: NDArray[np.float64], seats: NDArray[np.int64]) -> tuple[float, int, float]:
    """scipy's solver on the dense table (mentees, mentors), -inf where there is no candidate, a column per seat.

    Returns the exact optimum, the people matched and the seconds.
    """
    started = time.perf_counter()
    table = np.repeat(scores, seats, axis=1)
    # Nobody must take a seat: each mentee has a column of their own that is worth nothing.
    table = np.where(np.isfinite(table), table, -1e6)
    alone = np.full((len(table), len(table)), -1e6)
    np.fill_diagonal(alone, 0.0)
    rows, columns = linear_sum_assignment(np.hstack([table, alone]), maximize=True)
    taken = columns < table.shape[1]
    total = float(table[rows[taken], columns[taken]].sum())
    return total, int(taken.sum()), time.perf_counter() - started


def greedy(scores: NDArray[np.float64], seats: NDArray[np.int64]) -> tuple[float, int, float]:
    """Best pair first, while both are free: the total, the people matched and the seconds."""
    started = time.perf_counter()
    mentees, mentors = np.nonzero(np.isfinite(scores))
    left, waiting = seats.copy(), np.ones(len(scores), bool)
    total, people = 0.0, 0
    for index in np.argsort(-scores[mentees, mentors], kind="stable"):
        mentee, mentor = mentees[index], mentors[index]
        if waiting[mentee] and left[mentor]:
            waiting[mentee], left[mentor] = False, left[mentor] - 1
            total, people = total + float(scores[mentee, mentor]), people + 1
    return total, people, time.perf_counter() - started


def rounds_of_assignment(scores: NDArray[np.float64], seats: NDArray[np.int64]) -> tuple[float, int, float]:
    """The method of the open project mentor-match: one seat per mentor and round, each round an assignment of its own.

    Returns the total, the people matched and the seconds.
    """
    started = time.perf_counter()
    left, waiting = seats.copy(), np.arange(len(scores))
    total, people = 0.0, 0
    while len(waiting) and left.any():
        open_mentors = np.flatnonzero(left)
        table = scores[np.ix_(waiting, open_mentors)]
        rows, columns = linear_sum_assignment(np.where(np.isfinite(table), table, -1e6), maximize=True)
        real = np.isfinite(table[rows, columns])
        if not real.any():
            break
        total, people = total + float(table[rows[real], columns[real]].sum()), people + int(real.sum())
        left[open_mentors[columns[real]]] -= 1
        waiting = np.delete(waiting, rows[real])
    return total, people, time.perf_counter() - started
