"""The columns of one side of the match: what the rules and the score compare, a row per person."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.encode.codes import Codes
from engine.encode.week import offset_seconds, shifted_week
from engine.person import Person, primary_subtag
from engine.program import Program

MISSING_LEVEL = np.iinfo(np.int64).min
WEEK_WORDS = 6


@dataclass(slots=True)
class Columns:
    """Arrays of n rows; `take` cuts or reorders them, and [:, None] views broadcast against another side.

    offset (n,) seconds ahead of UTC; site (n,) code, 0 unknown; remote, opted_out (n,) bool; level (n,) int64,
    MISSING_LEVEL unknown; capacity (n,); languages (n, words) bits; week (n, 6) bits of half hours; free (n,) their
    count; facts (n, attributes) codes of the program's diversity attributes, 0 unknown.
    """

    offset: NDArray[np.int64]
    site: NDArray[np.int64]
    remote: NDArray[np.bool_]
    opted_out: NDArray[np.bool_]
    level: NDArray[np.int64]
    capacity: NDArray[np.int64]
    languages: NDArray[np.uint64]
    week: NDArray[np.uint64]
    free: NDArray[np.int64]
    facts: NDArray[np.int64]

    @classmethod
    def of(cls, rows: int, attributes: int) -> "Columns":
        """`rows` rows that match nobody."""
        return cls(
            offset=np.zeros(rows, np.int64),
            site=np.zeros(rows, np.int64),
            remote=np.zeros(rows, np.bool_),
            opted_out=np.ones(rows, np.bool_),
            level=np.full(rows, MISSING_LEVEL, np.int64),
            capacity=np.zeros(rows, np.int64),
            languages=np.zeros((rows, 1), np.uint64),
            week=np.zeros((rows, WEEK_WORDS), np.uint64),
            free=np.zeros(rows, np.int64),
            facts=np.zeros((rows, attributes), np.int64),
        )

    def __len__(self) -> int:
        return len(self.offset)

    def put(self, row: int, person: Person, program: Program, codes: Codes) -> None:
        """Write `person` into `row`; raises ZoneInfoNotFoundError for an unknown time zone."""
        offset = offset_seconds(person.time_zone, program.as_of)
        week = shifted_week(person.availability, offset)
        self.offset[row] = offset
        self.site[row] = codes.of(f"site:{person.site}") if person.site else 0
        self.remote[row] = person.remote
        self.opted_out[row] = person.opted_out
        self.level[row] = MISSING_LEVEL if person.level is None else person.level
        self.capacity[row] = program.seats(person.capacity)
        self._put_languages(row, person, codes)
        self.week[row] = np.frombuffer(week.to_bytes(WEEK_WORDS * 8, "little"), np.dtype("<u8"))
        self.free[row] = week.bit_count()
        for column, name in enumerate(program.diversity):
            value = person.fact(name)
            self.facts[row, column] = codes.of(f"fact:{value}") if value else 0

    def _put_languages(self, row: int, person: Person, codes: Codes) -> None:
        # Languages have dense codes of their own, so that they fit few words.
        bits = 0
        for tag in person.languages:
            bits |= 1 << (codes.language(primary_subtag(tag)))
        words = max(1, -(-bits.bit_length() // 64))
        self.widen_languages(words)
        width = self.languages.shape[1]
        self.languages[row] = np.frombuffer(bits.to_bytes(width * 8, "little"), np.dtype("<u8"))

    def widen_languages(self, words: int) -> None:
        """Room for `words` words of language bits in every row."""
        missing = words - self.languages.shape[1]
        if missing > 0:
            self.languages = np.pad(self.languages, ((0, 0), (0, missing)))

    def grow(self, rows: int) -> None:
        """Room for `rows` rows in all, the new ones matching nobody."""
        blank = Columns.of(rows - len(self), self.facts.shape[1])
        blank.widen_languages(self.languages.shape[1])
        for name in self.__slots__:
            setattr(self, name, np.concatenate((getattr(self, name), getattr(blank, name))))

    def clear(self, row: int) -> None:
        """Make `row` match nobody again."""
        blank = Columns.of(1, self.facts.shape[1])
        blank.widen_languages(self.languages.shape[1])
        for name in self.__slots__:
            getattr(self, name)[row] = getattr(blank, name)[0]

    def take(self, rows: "NDArray[np.int64] | slice") -> "Columns":
        """These rows, in this order."""
        return Columns(**{name: getattr(self, name)[rows] for name in self.__slots__})

    def scored(self, rows: NDArray[np.int64]) -> "Columns":
        """These rows of what scores are made of; the other columns stay whole, for they are not asked."""
        return replace(self, level=self.level[rows], week=self.week[rows], free=self.free[rows], facts=self.facts[rows])

    def across(self) -> "Columns":
        """The same rows with a further axis, so that n rows broadcast against another side's m as (n, m)."""
        return Columns(**{name: getattr(self, name)[:, None] for name in self.__slots__})
