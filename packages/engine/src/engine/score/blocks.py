"""Scores of whole blocks in float32: one inner product per block, rare terms added sparsely, rules as -inf."""

from dataclasses import replace

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
# float32 sums of a few hundred terms of scores up to 1 stay within this of the exact score.
BLUR = 2e-5


class Blocks:
    """The float32 side of a cohort: `of(rows)` gives scores (rows, m) with -inf where a rule refuses the pair.

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
        if self.pieces:
            self.right = np.ascontiguousarray(np.vstack([piece.right for piece in self.pieces]), np.float32)

    @property
    def width(self) -> int:
        """Columns of the inner product."""
        return len(self.right) if self.pieces else 0

    def of(self, rows: Rows, out: Block) -> Block:
        """Scores of mentee `rows` with every mentor, written to `out` (len(rows), m)."""
        block = out[: len(rows)]
        if self.pieces:
            left = np.hstack([piece.left(rows) for piece in self.pieces])
            np.matmul(left, self.right, out=block)
        else:
            block.fill(0.0)
        self._add_the_rest(block, rows)
        if self.flat:
            block[:] = np.where(block >= self.cohort.program.floor - self.blur, 0.0, -np.inf)
        self._refuse(block, rows)
        return block

    def _lay_out(self) -> None:
        cohort, weights = self.cohort, self.cohort.program.weights
        for terms, weight in ((cohort.skills, weights.skills), (cohort.themes, weights.goals)):
            if weight and len(terms.giver):
                dense = _frequent(terms, *cohort.shape)
                if dense.any():
                    self.pieces.append(_TermPiece(terms, weight, dense, cohort.shape[1]))
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

    def _add_the_rest(self, block: Block, rows: Rows) -> None:
        for sparse in self.sparse:
            sparse.add(block, rows)
        cohort, program = self.cohort, self.cohort.program
        for name, column in self.by_pass:
            mentees, mentors = cohort.mentees.take(rows).across(), cohort.mentors
            if name == "seniority":
                block += program.weights.seniority * seniority_by_column(mentees, mentors, program)
            else:
                share = program.weights.diversity / cohort.mentors.facts.shape[1]
                block += share * diversity_by_column(_only(mentees, column), _only(mentors, column))
        for wishes in self.wishes:
            at, which = _keys_within(wishes.keys, rows, cohort.shape[1])
            block.ravel()[at] += wishes.amounts[which].astype(np.float32)

    def _refuse(self, block: Block, rows: Rows) -> None:
        cohort = self.cohort
        classes, first = np.unique(self.class_of[rows], return_index=True)
        for kind, representative in zip(classes, first, strict=True):
            one = cohort.mentees.take(rows[representative : representative + 1])
            refused = np.flatnonzero(~rules.allowed(one, cohort.mentors, cohort.program))
            alike = np.flatnonzero(self.class_of[rows] == kind)
            if len(alike) and alike[-1] - alike[0] == len(alike) - 1:
                block[alike[0] : alike[-1] + 1, refused] = -np.inf
            else:
                block[np.ix_(alike, refused)] = -np.inf
        at, _ = _keys_within(cohort.banned, rows, cohort.shape[1])
        block.ravel()[at] = -np.inf


def _only(columns: Columns, column: int) -> Columns:
    return replace(columns, facts=columns.facts[..., column : column + 1])


def classes(cohort: Cohort) -> Rows:
    """Mentees of one class meet the same rules with every mentor, as far as columns decide."""
    mentees = cohort.mentees
    facts = [mentees.offset, mentees.site, mentees.remote, mentees.opted_out, mentees.capacity > 0]
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


def _keys_within(keys: Rows, rows: Rows, m: int) -> tuple[Rows, Rows]:
    """Where the keys of those mentee rows lie in a block (flat), and which keys they are."""
    low, high = np.searchsorted(keys, rows * m), np.searchsorted(keys, (rows + 1) * m)
    counts = high - low
    which = np.repeat(low - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
    return np.repeat(np.arange(len(rows)) * m, counts) + keys[which] % max(m, 1), which


class _Piece:
    """Some columns of the inner product: `right` (d, m), and `left(rows)` (len(rows), d) with the weight in it."""

    right: Block

    def left(self, rows: Rows) -> Block:
        raise NotImplementedError


class _TermPiece(_Piece):
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

    def add(self, block: Block, rows: Rows) -> None:
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
            flat[row[owner] * block.shape[1] + terms.giver[posting]] += share[owner] * self.strength[posting]


def _spans(start: Rows, rows: Rows) -> tuple[Rows, Rows]:
    """(place in `rows`, position) for every position in start[row]:start[row + 1]."""
    counts = start[rows + 1] - start[rows]
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(np.arange(len(rows)), counts), np.repeat(start[rows] - ends + counts, counts) + np.arange(total)


class _WeekPiece(_Piece):
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


class _LevelPiece(_Piece):
    def __init__(self, cohort: Cohort, weight: float) -> None:
        self.cohort, self.weight = cohort, weight
        _, self.example, level = np.unique(cohort.mentors.level, return_index=True, return_inverse=True)
        self.right = (np.arange(len(self.example))[:, None] == level).astype(np.float32)

    def left(self, rows: Rows) -> Block:
        cohort = self.cohort
        examples = cohort.mentors.take(self.example)
        value = seniority_by_column(cohort.mentees.take(rows).across(), examples, cohort.program)
        return (self.weight * value).astype(np.float32)


class _FactPiece(_Piece):
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
