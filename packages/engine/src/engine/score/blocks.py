"""Scores of whole blocks in float32: one inner product per block, rare terms added sparsely, rules as -inf."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine import rules
from engine.encode.cohort import Cohort
from engine.encode.columns import Columns
from engine.encode.terms import Terms
from engine.encode.week import HALF_HOURS
from engine.score.columns import diversity_by_column, seniority_by_column

Rows = NDArray[np.int64]
Block = NDArray[np.float32]
# Adding one value sparsely costs about as much as this many multiplications inside the inner product.
SPARSE_COST = 1_500
# Beyond this many distinct values a fact is compared in passes of its own instead of columns of the product.
MOST_VALUES = 128
# Classes of fewer mentees share a batch with their neighbours: taking the mentors of each would cost more.
FEWEST_ROWS = 64
# A block of this many cells stays near the processor while it is passed over.
BLOCK_CELLS = 2_000_000
# float32 sums of a few hundred terms of scores up to 1 stay within this of the exact score.
BLUR = 2e-5


@dataclass(slots=True)
class Batch:
    """Mentees `rows` (k,), class by class, and the `mentors` (w,) whom columns leave to at least one of the classes.

    `spans` are (from, to, refused (w,)) of the classes that may have fewer of them.
    """

    rows: Rows
    mentors: Rows
    spans: list[tuple[int, int, Block]]


class Blocks:
    """The float32 side of a cohort, batch by batch: scores with -inf where a rule refuses the pair.

    Mentees who meet the same rules share a batch, and only mentors whom those rules leave are multiplied at all.
    Without scores every pair that may be is 0; without the wishes of mentors a score is the mentee's own ranking.
    Wishes count, the floor and the direction between two people who are both do not: those need exact scores.
    """

    def __init__(self, cohort: Cohort, with_scores: bool = True, wishes_of_mentors: bool = True) -> None:
        self.cohort = cohort
        self.class_of = classes(cohort)
        self.pieces: list[_Piece] = []
        self.by_pass: list[tuple[str, int]] = []
        self.sparse: list[_SparseTerms] = []
        self.flat = not with_scores
        self.wishes = [cohort.wishes_of_mentees, *([cohort.wishes_of_mentors] if wishes_of_mentors else [])]
        program = cohort.program
        self.blur = BLUR * max(1.0, program.weights.total + program.wishes.mentee + program.wishes.mentor)
        if with_scores or cohort.program.floor > 0:
            self._lay_out()
        # A row per mentor, so that taking some of them copies whole rows.
        self.right = np.ascontiguousarray(np.vstack([piece.right for piece in self.pieces]).T) if self.pieces else None

    @property
    def width(self) -> int:
        """Columns of the inner product."""
        return 0 if self.right is None else self.right.shape[1]

    def batches(self, rows: Rows) -> list[Batch]:
        """Batches that hold each of `rows` once, the widest first."""
        order = np.argsort(self.class_of[rows], kind="stable")
        rows = rows[order]
        starts = np.flatnonzero(np.diff(self.class_of[rows], prepend=-1)).tolist()
        found: list[Batch] = []
        while starts:
            few = [starts.pop(0)]
            while starts and starts[0] - few[0] < FEWEST_ROWS:
                few.append(starts.pop(0))
            found.append(self._batch(rows, few, starts[0] if starts else len(rows)))
        return sorted(found, key=lambda batch: -len(batch.rows) * len(batch.mentors))

    def _batch(self, rows: Rows, starts: list[int], end: int) -> Batch:
        cohort = self.cohort
        examples = [cohort.mentees.take(rows[start : start + 1]) for start in starts]
        allowed = [rules.allowed(one, cohort.mentors, cohort.program) for one in examples]
        mentors = np.flatnonzero(np.logical_or.reduce(allowed))
        spans = []
        for start, stop, mine in zip(starts, [*starts[1:], end], allowed, strict=True):
            if not mine[mentors].all():
                refused = np.where(mine[mentors], np.float32(0), np.float32(-np.inf))
                spans.append((start - starts[0], stop - starts[0], refused))
        return Batch(rows[starts[0] : end], mentors, spans)

    def of(self, batch: Batch) -> Iterator[tuple[int, Block]]:
        """(place in the batch of the first row, scores (some rows, w)); each block is overwritten by the next."""
        width = len(batch.mentors)
        if not width:
            return
        right = None
        if self.right is not None:
            right = self.right if width == len(self.right) else self.right[batch.mentors]
        place = np.full(self.cohort.shape[1], -1)
        place[batch.mentors] = np.arange(width)
        height = max(1, min(len(batch.rows), BLOCK_CELLS // width))
        out = np.empty((height, width), np.float32)
        for start in range(0, len(batch.rows), height):
            some = batch.rows[start : start + height]
            block = out[: len(some)]
            if right is None:
                block.fill(0.0)
            else:
                np.matmul(np.hstack([piece.left(some) for piece in self.pieces]), right.T, out=block)
            self._add_the_rest(block, some, batch.mentors, place)
            if self.flat:
                block[:] = np.where(block >= self.cohort.program.floor - self.blur, 0.0, -np.inf)
            for first, last, refused in batch.spans:
                block[max(first - start, 0) : max(last - start, 0)] += refused
            row, column, _ = _keys_within(self.cohort.banned, some, place)
            block[row, column] = -np.inf
            yield start, block

    def _lay_out(self) -> None:
        cohort, weights = self.cohort, self.cohort.program.weights
        for terms, weight in ((cohort.skills, weights.skills), (cohort.themes, weights.goals)):
            if weight and len(terms.giver):
                dense = _frequent(terms, *cohort.shape)
                if dense.any():
                    self.pieces.append(_TermPiece(terms, weight, dense, cohort.shape[1]))
                if not dense.all():
                    self.sparse.append(_SparseTerms(terms, weight, ~dense))
        if weights.availability:
            self.pieces.append(_WeekPiece(cohort, weights.availability))
        if weights.seniority:
            if len(np.unique(cohort.mentors.level)) <= MOST_VALUES:
                self.pieces.append(_LevelPiece(cohort, weights.seniority))
            else:
                self.by_pass.append(("seniority", 0))
        if weights.diversity:
            for column in range(cohort.mentors.facts.shape[1]):
                if len(np.unique(cohort.mentors.facts[:, column])) <= MOST_VALUES:
                    self.pieces.append(_FactPiece(cohort, column, weights.diversity))
                else:
                    self.by_pass.append(("diversity", column))

    def _add_the_rest(self, block: Block, rows: Rows, mentors: Rows, place: Rows) -> None:
        for sparse in self.sparse:
            sparse.add(block, rows, place)
        cohort, program = self.cohort, self.cohort.program
        for name, column in self.by_pass:
            left, right = cohort.mentees.take(rows).across(), cohort.mentors.take(mentors)
            if name == "seniority":
                block += program.weights.seniority * seniority_by_column(left, right, program)
            else:
                share = program.weights.diversity / cohort.mentors.facts.shape[1]
                block += share * diversity_by_column(_only(left, column), _only(right, column))
        for wishes in self.wishes:
            row, column_of, which = _keys_within(wishes.keys, rows, place)
            block[row, column_of] += wishes.amounts[which].astype(np.float32)


def _only(columns: Columns, column: int) -> Columns:
    return replace(columns, facts=columns.facts[..., column : column + 1])


def classes(cohort: Cohort) -> Rows:
    """Mentees of one class meet the same rules with every mentor, as far as columns decide."""
    mentees = cohort.mentees
    facts = [mentees.opted_out, mentees.capacity > 0, mentees.remote, mentees.offset, mentees.site]
    facts += [mentees.languages[:, word].view(np.int64) for word in range(mentees.languages.shape[1])]
    if cohort.program.rules.min_level_gap is not None:
        facts.append(mentees.level)
    classes = np.zeros(len(mentees), np.int64)
    for fact in facts:
        _, code = np.unique(fact, return_inverse=True)
        _, classes = np.unique(classes * (int(code.max(initial=0)) + 1) + code, return_inverse=True)
    return classes.astype(np.int64)


def _frequent(terms: Terms, n: int, m: int) -> NDArray[np.bool_]:
    """Which terms are cheaper as a column of the product than added pair by pair."""
    sought = np.bincount(terms.term, minlength=len(terms.given) - 1)
    return np.asarray(sought * np.diff(terms.given) * SPARSE_COST > n * m)


def _keys_within(keys: Rows, rows: Rows, place: Rows) -> tuple[Rows, Rows, Rows]:
    """Where the keys of those mentee rows lie in a block (row, column), and which keys they are."""
    m = len(place)
    low, high = np.searchsorted(keys, rows * m), np.searchsorted(keys, (rows + 1) * m)
    counts = high - low
    which = np.repeat(low - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
    row, column = np.repeat(np.arange(len(rows)), counts), place[keys[which] % m]
    here = column >= 0
    return row[here], column[here], which[here]


class _Piece(Protocol):
    """Some columns of the inner product: `right` (d, m), and `left(rows)` (len(rows), d) with the weight in it."""

    @property
    def right(self) -> Block: ...

    def left(self, rows: Rows) -> Block: ...


class _TermPiece:
    def __init__(self, terms: Terms, weight: float, dense: NDArray[np.bool_], m: int) -> None:
        self.terms, self.weight = terms, weight
        self.column = np.where(dense, np.cumsum(dense) - 1, -1)
        self.right = np.zeros((int(dense.sum()), m), np.float32)
        column = self.column[np.repeat(np.arange(len(dense)), np.diff(terms.given))]
        kept = column >= 0
        self.right[column[kept], terms.giver[kept]] = terms.level[kept] / np.float32(5)

    def left(self, rows: Rows) -> Block:
        result = np.zeros((len(rows), len(self.right)), np.float32)
        at, which = _spans(self.terms.start, rows)
        column = self.column[self.terms.term[which]]
        kept = column >= 0
        result[at[kept], column[kept]] = self.weight * self.terms.share[which[kept]]
        return result


class _SparseTerms:
    def __init__(self, terms: Terms, weight: float, rare: NDArray[np.bool_]) -> None:
        self.terms, self.weight, self.rare = terms, weight, rare
        self.strength = terms.level.astype(np.float32) / np.float32(5)

    def add(self, block: Block, rows: Rows, place: Rows) -> None:
        terms, flat = self.terms, block.ravel()
        at, which = _spans(terms.start, rows)
        kept = self.rare[terms.term[which]]
        at, which = at[kept], which[kept]
        rank = np.arange(len(at)) - np.searchsorted(at, at)
        # One term of each mentee at a time, so that no cell is added to twice in one go.
        for turn in range(int(rank.max(initial=-1)) + 1):
            now = rank == turn
            row, term = at[now], terms.term[which[now]]
            share = (self.weight * terms.share[which[now]]).astype(np.float32)
            owner, posting = _spans(terms.given, term)
            column = place[terms.giver[posting]]
            here = column >= 0
            owner, posting = owner[here], posting[here]
            flat[row[owner] * block.shape[1] + column[here]] += share[owner] * self.strength[posting]


def _spans(start: Rows, rows: Rows) -> tuple[Rows, Rows]:
    """(place in `rows`, position) for every position in start[row]:start[row + 1]."""
    counts = start[rows + 1] - start[rows]
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(np.arange(len(rows)), counts), np.repeat(start[rows] - ends + counts, counts) + np.arange(total)


class _WeekPiece:
    def __init__(self, cohort: Cohort, weight: float) -> None:
        self.weight, self.mentees = weight, cohort.mentees
        mentors = _half_hours(cohort.mentors)
        # Half hours in which the same people are free share one column; those that one side never has need none.
        together = np.packbits(np.vstack((mentors, _half_hours(cohort.mentees))), axis=0).T
        _, self.column, count = np.unique(together, axis=0, return_index=True, return_counts=True)
        useful = mentors[:, self.column].any(axis=0)
        self.column, count = self.column[useful], count[useful]
        self.right = np.ascontiguousarray((mentors[:, self.column] * count).T, np.float32)

    def left(self, rows: Rows) -> Block:
        mentees = self.mentees.take(rows)
        free = (self.weight / np.maximum(mentees.free, 1)).astype(np.float32)
        return _half_hours(mentees)[:, self.column] * free[:, None]


def _half_hours(columns: Columns) -> NDArray[np.uint8]:
    words = np.ascontiguousarray(columns.week).astype("<u8").view(np.uint8)
    return np.unpackbits(words.reshape(len(columns), 8 * columns.week.shape[1]), axis=1, bitorder="little")[
        :, :HALF_HOURS
    ]


class _LevelPiece:
    def __init__(self, cohort: Cohort, weight: float) -> None:
        self.cohort, self.weight = cohort, weight
        _, self.example, level = np.unique(cohort.mentors.level, return_index=True, return_inverse=True)
        self.right = (np.arange(len(self.example))[:, None] == level).astype(np.float32)

    def left(self, rows: Rows) -> Block:
        cohort = self.cohort
        examples = cohort.mentors.take(self.example)
        value = seniority_by_column(cohort.mentees.take(rows).across(), examples, cohort.program)
        return (self.weight * value).astype(np.float32)


class _FactPiece:
    """Known, less the same: a column of ones for every known mentor and one for each value."""

    def __init__(self, cohort: Cohort, column: int, weight: float) -> None:
        self.own = cohort.mentees.facts[:, column]
        self.weight = np.float32(weight / cohort.mentors.facts.shape[1])
        fact = cohort.mentors.facts[:, column]
        self.values = np.unique(fact[fact != 0])
        self.right = np.vstack((fact != 0, self.values[:, None] == fact)).astype(np.float32)

    def left(self, rows: Rows) -> Block:
        own = self.own[rows]
        same = (own[:, None] == self.values) * -self.weight
        return np.column_stack(((own != 0) * self.weight, same)).astype(np.float32)
