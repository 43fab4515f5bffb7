"""The pairs worth solving over: each mentee's best, found in float32 blocks and scored again exactly."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from engine.admission import CHUNK, NONE_BROKEN, first_broken, micro, scores_of
from engine.encode.cohort import Cohort
from engine.score.blocks import Batch, Blocks

Rows = NDArray[np.int64]
Progress = Callable[[float], None]


@dataclass(slots=True)
class Pairs:
    """k pairs that break no rule, sorted by mentee then mentor: rows, and scores in whole millionths."""

    i: Rows
    j: Rows
    micro: Rows

    def __len__(self) -> int:
        return len(self.i)

    def and_also(self, more: "Pairs", m: int) -> "Pairs":
        """Both, each pair once."""
        keys = np.concatenate((self.i * m + self.j, more.i * m + more.j))
        _, first = np.unique(keys, return_index=True)
        i, j, values = (np.concatenate(two)[first] for two in zip(self.fields, more.fields, strict=True))
        return Pairs(i, j, values)

    def where(self, chosen: "NDArray[np.bool_] | Rows") -> "Pairs":
        """Some of them."""
        return Pairs(self.i[chosen], self.j[chosen], self.micro[chosen])

    @property
    def fields(self) -> tuple[Rows, Rows, Rows]:
        return self.i, self.j, self.micro


def best(blocks: Blocks, rows: Rows, keep: int, progress: Progress | None = None) -> Pairs:
    """At least the `keep` best pairs of each mentee in `rows` that break no rule, fewer where there are no more."""
    m = blocks.cohort.shape[1]
    return _sorted(_together([*_found(blocks, rows, keep, None, None, progress)]), m)


def improving(blocks: Blocks, rows: Rows, prices: NDArray[np.float64], least: NDArray[np.float64], keep: int) -> Pairs:
    """Up to about `keep` pairs of each mentee whose score less the mentor's price (m,) exceeds `least` (len(rows),).

    All such pairs are considered; those within the blur of float32 come too, so the caller tests them exactly.
    """
    found = _found(blocks, rows, keep, prices.astype(np.float32), least - blocks.blur, None)
    return _sorted(_together([*found]), blocks.cohort.shape[1])


def exactly(cohort: Cohort, i: Rows, j: Rows) -> Pairs:
    """Exact scores of found pairs, in their order; those that break a rule are left out."""
    parts = []
    for start in range(0, len(i), CHUNK):
        some = slice(start, start + CHUNK)
        exact = scores_of(cohort, i[some], j[some]).exact
        allowed = first_broken(cohort, i[some], j[some], exact) == NONE_BROKEN
        parts.append(Pairs(i[some][allowed], j[some][allowed], micro(exact[allowed])))
    return _together(parts)


def _together(parts: list[Pairs]) -> Pairs:
    if not parts:
        return Pairs(*(np.zeros(0, np.int64) for _ in range(3)))
    return Pairs(*(np.concatenate(column) for column in zip(*(part.fields for part in parts), strict=True)))


def _sorted(pairs: Pairs, m: int) -> Pairs:
    return pairs.where(np.argsort(pairs.i * m + pairs.j))


def _found(
    blocks: Blocks,
    rows: Rows,
    keep: int,
    prices: NDArray[np.float32] | None,
    least: NDArray[np.float64] | None,
    progress: Progress | None,
) -> Iterator[Pairs]:
    cohort = blocks.cohort
    if not cohort.shape[1] or not len(rows):
        return
    floor = np.full(cohort.shape[0], cohort.program.floor - blocks.blur, np.float32)
    if least is not None:
        floor[rows] = least

    def of_batch(batch: Batch) -> list[Pairs]:
        price = None if prices is None else prices[batch.mentors]
        found = []
        for start, block in blocks.of(batch):
            if price is not None:
                block -= price
            some = batch.rows[start : start + len(block)]
            row, column = _top(block, keep, floor[some])
            found.append(exactly(cohort, some[row], batch.mentors[column]))
        return found

    done = 0
    # One thread of the linear algebra each: the passes over a block go side by side as well as the products, and the
    # bits of a product do not depend on how many there are.
    with threadpool_limits(1), ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        batches = blocks.batches(rows)
        try:
            for batch, found in zip(batches, pool.map(of_batch, batches), strict=True):
                yield from found
                done += len(batch.rows)
                if progress:
                    progress(done / len(rows))
        finally:
            pool.shutdown(cancel_futures=True)


def _top(block: NDArray[np.float32], keep: int, floor: NDArray[np.float32]) -> tuple[Rows, Rows]:
    """Places of at least the `keep` greatest finite cells of each row that reach its floor.

    The keep-th greatest of the maxima of strips is below the keep-th greatest cell: a bound that costs one pass.
    """
    height, m = block.shape
    edge = np.maximum(floor, np.finfo(np.float32).min)
    if keep < m:
        strips = max(1, m // max(8 * keep, 256))
        width = m // strips
        peaks = block[:, : strips * width].reshape(height, strips, width).max(axis=1)
        if strips * width < m:
            peaks = np.hstack((peaks, block[:, strips * width :]))
        place = peaks.shape[1] - keep
        edge = np.maximum(edge, np.partition(peaks, place, axis=1)[:, place])
    at = np.flatnonzero(block >= edge[:, None])
    if len(at) > 2 * keep * height:
        at = _fewer(block, at, edge, keep)
    return at // m, at % m


def _fewer(block: NDArray[np.float32], at: Rows, edge: NDArray[np.float32], keep: int) -> Rows:
    """Where many cells equal the edge: all above it, and of the equal ones `keep` spread by a hash of the place."""
    m = block.shape[1]
    bounds = np.searchsorted(at, np.arange(len(block) + 1) * m)
    parts = []
    for row in range(len(block)):
        mine = at[bounds[row] : bounds[row + 1]]
        if len(mine) > 2 * keep:
            order = np.lexsort(((mine * 2_654_435_761) % 4_294_967_291, -block[row, mine - row * m]))
            mine = mine[np.sort(order[: 2 * keep])]
        parts.append(mine)
    return np.concatenate(parts)
