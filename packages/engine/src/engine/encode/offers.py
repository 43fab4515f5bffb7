"""Who offers what: for each skill or theme the mentors' rows and how strongly, kept live."""

import numpy as np
from numpy.typing import NDArray

Postings = tuple[NDArray[np.int64], NDArray[np.float64]]


class Offers:
    """An inverted index from a folded name to (rows, strengths in [0, 1]); arrays are made when first read."""

    def __init__(self) -> None:
        self._by_name: dict[str, dict[int, float]] = {}
        self._arrays: dict[str, Postings] = {}

    def add(self, name: str, row: int, strength: float) -> None:
        """`row` offers `name`."""
        self._by_name.setdefault(name, {})[row] = strength
        self._arrays.pop(name, None)

    def drop(self, name: str, row: int) -> None:
        """`row` no longer offers `name`."""
        rows = self._by_name[name]
        del rows[row]
        if not rows:
            del self._by_name[name]
        self._arrays.pop(name, None)

    def of(self, name: str) -> Postings:
        """Rows (k,) int64 and strengths (k,) float64 of those who offer `name`."""
        found = self._arrays.get(name)
        if found is None:
            rows = self._by_name.get(name, {})
            found = np.fromiter(rows.keys(), np.int64, len(rows)), np.fromiter(rows.values(), np.float64, len(rows))
            self._arrays[name] = found
        return found
