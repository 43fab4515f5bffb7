"""Everybody of one program, as live arrays that events keep up to date."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from engine.encode.codes import Codes
from engine.encode.columns import Columns
from engine.encode.offers import Offers
from engine.lines import Lines
from engine.person import Person, fold
from engine.program import Program
from engine.score import Rarity


class Pool:
    """People by id, the mentors' columns, who offers what, and the reporting lines; not safe across threads.

    Rows of `columns` belong to mentors (role `mentor` or `both`); `ids[row]` is "" where a row is empty.
    """

    def __init__(self, program: Program, people: Iterable[Person] = ()) -> None:
        self.program = program
        self.people: dict[str, Person] = {}
        self.rarity = Rarity()
        self.lines = Lines()
        self.codes = Codes()
        self.columns = Columns.of(16, len(program.diversity))
        self.ids: list[str] = [""] * 16
        self.rows: dict[str, int] = {}
        self.skills = Offers()
        self.themes = Offers()
        self._empty = list(range(15, -1, -1))
        self._avoided_by: dict[str, set[str]] = {}
        self._wished_by: dict[str, set[str]] = {}
        for person in people:
            self.upsert(person)

    def __len__(self) -> int:
        return len(self.people)

    def __contains__(self, person_id: object) -> bool:
        return person_id in self.people

    def upsert(self, person: Person) -> None:
        """Take `person` in, or what is new about them; raises ZoneInfoNotFoundError for an unknown time zone."""
        blank = Columns.of(1, len(self.program.diversity))
        blank.put(0, person, self.program, self.codes)
        self.remove(person.person_id)
        self.people[person.person_id] = person
        self.lines.put(person.person_id, person.manager_id)
        self.rarity.count(person, 1)
        for other in person.avoid:
            self._avoided_by.setdefault(other, set()).add(person.person_id)
        if person.mentors:
            self._seat(person)
            for other in filter(None, person.wishes_as_mentor):
                self._wished_by.setdefault(other, set()).add(person.person_id)

    def remove(self, person_id: str) -> None:
        """Let nobody be matched with this person; their reporting line stays. An unknown id is no error."""
        person = self.people.pop(person_id, None)
        if person is None:
            return
        self.rarity.count(person, -1)
        for other in person.avoid:
            self._avoided_by[other].discard(person_id)
        for other in filter(None, person.wishes_as_mentor):
            self._wished_by.get(other, set()).discard(person_id)
        row = self.rows.pop(person_id, None)
        if row is not None:
            for name in {fold(s) for s in person.skills_offered}:
                self.skills.drop(name, row)
            for name in {fold(t) for t in person.helps_with}:
                self.themes.drop(name, row)
            self.columns.clear(row)
            self.ids[row] = ""
            self._empty.append(row)

    def forget(self, person_id: str) -> None:
        """Remove the person and their place in the reporting lines."""
        self.remove(person_id)
        self.lines.drop(person_id)

    def reports_to(self, person_id: str, manager_id: str) -> None:
        """Record who manages somebody who need not be in the pool; an empty `manager_id` is nobody."""
        self.lines.put(person_id, manager_id)

    def avoided(self, person_id: str) -> set[str]:
        """Everybody on this person's avoid list and everybody who avoids them."""
        person = self.people.get(person_id)
        return self._avoided_by.get(person_id, set()) | (set(person.avoid) if person else set())

    def wished_by(self, person_id: str) -> set[str]:
        """The mentors here who wish for this person as their mentee."""
        return self._wished_by.get(person_id, set())

    def rows_of(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """The rows of those ids that are mentors here."""
        return np.array([self.rows[i] for i in ids if i in self.rows], np.int64)

    def mentee_columns(self, person: Person) -> Columns:
        """One row of columns for a person as a mentee."""
        columns = Columns.of(1, len(self.program.diversity))
        columns.put(0, person, self.program, self.codes)
        return columns

    def mentees(self) -> Iterator[Person]:
        """Everybody whose role lets them be a mentee."""
        return (person for person in self.people.values() if person.is_mentored)

    def _seat(self, person: Person) -> None:
        if not self._empty:
            size = len(self.ids)
            self.columns.grow(size * 2)
            self.ids += [""] * size
            self._empty = list(range(size * 2 - 1, size - 1, -1))
        row = self._empty.pop()
        self.columns.put(row, person, self.program, self.codes)
        self.ids[row] = person.person_id
        self.rows[person.person_id] = row
        for skill, level in person.skills_offered.items():
            self.skills.add(fold(skill), row, level / 5)
        for theme in person.helps_with:
            self.themes.add(fold(theme), row, 1.0)
