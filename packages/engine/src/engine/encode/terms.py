"""Skills or themes of a whole cohort: what each mentee seeks, by share, and how well each mentor gives it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A table of mentors by terms is quickest; a vocabulary beyond this many cells is looked up by key instead.
TABLE_CELLS = 200_000_000


@dataclass(slots=True)
class Terms:
    """Mentee i seeks `term[start[i]:start[i + 1]]` with shares `share`, which sum to at most 1.

    Term t is given by mentors `giver[given[t]:given[t + 1]]` at `level` 1 to 5; terms that nobody gives are left out.
    """

    start: NDArray[np.int64]
    term: NDArray[np.int64]
    share: NDArray[np.float64]
    given: NDArray[np.int64]
    giver: NDArray[np.int64]
    level: NDArray[np.uint8]
    table: NDArray[np.uint8] | None
    keys: NDArray[np.int64]

    @classmethod
    def of(
        cls, sought: Sequence[set[str]], offered: Sequence[Mapping[str, int]], weight: Callable[[str], float]
    ) -> "Terms":
        """From folded names: a set per mentee, levels by name per mentor, and how much a name weighs."""
        names = {name: t for t, name in enumerate(sorted({name for offer in offered for name in offer}))}
        triples = sorted(
            (names[name], row, level) for row, offer in enumerate(offered) for name, level in offer.items()
        )
        postings = np.array(triples, np.int64).reshape(-1, 3)
        wanted: list[tuple[int, int, float]] = []
        weights = {name: weight(name) for name in sorted(set().union(*sought))}
        for row, seeks in enumerate(sought):
            whole = sum(weights[name] for name in sorted(seeks))
            wanted += [(row, names[name], weights[name] / whole) for name in sorted(seeks) if name in names and whole]
        counts = np.bincount(np.array([w[0] for w in wanted], np.int64), minlength=len(sought))
        per_term = np.bincount(postings[:, 0], minlength=len(names))
        table = None
        if len(names) * len(offered) <= TABLE_CELLS:
            table = np.zeros((len(offered), max(len(names), 1)), np.uint8)
            table[postings[:, 1], postings[:, 0]] = postings[:, 2]
        return cls(
            start=np.concatenate(([0], np.cumsum(counts))),
            term=np.array([w[1] for w in wanted], np.int64),
            share=np.array([w[2] for w in wanted], np.float64),
            given=np.concatenate(([0], np.cumsum(per_term))),
            giver=postings[:, 1].copy(),
            level=postings[:, 2].astype(np.uint8),
            table=table,
            keys=postings[:, 0] * max(len(offered), 1) + postings[:, 1],
        )

    def value(self, mentees: NDArray[np.int64], mentors: NDArray[np.int64], mentor_count: int) -> NDArray[np.float64]:
        """The component of pairs (k,) in float64."""
        total = np.zeros(len(mentees))
        first, count = self.start[mentees], self.start[mentees + 1] - self.start[mentees]
        for rank in range(int(count.max(initial=0))):
            some = np.flatnonzero(count > rank)
            at = first[some] + rank
            total[some] += self.share[at] * self.levels(mentors[some], self.term[at], mentor_count) / 5
        return total

    def levels(self, mentors: NDArray[np.int64], terms: NDArray[np.int64], mentor_count: int) -> NDArray[np.uint8]:
        """How well each of those mentors gives the term beside it; 0 where not at all."""
        if self.table is not None:
            return np.asarray(self.table[mentors, terms])
        sought = terms * mentor_count + mentors
        at = np.minimum(np.searchsorted(self.keys, sought), len(self.keys) - 1)
        return np.where(self.keys[at] == sought, self.level[at], 0).astype(np.uint8)
