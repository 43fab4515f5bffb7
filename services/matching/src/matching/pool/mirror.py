"""What one process knows of people, profiles, seats, enrolments and words, caught up by what changed since."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from matching.domain.enrolment import Enrolment
from matching.domain.person import Person, Profile, Word
from matching.domain.seats import Seats
from matching.ports.unit import Unit
from servicekit.entity import Entity

E = TypeVar("E", bound=Entity)
# A transaction commits up to this long after the moment it stamped its documents with, so each look goes back as far.
OVERLAP = timedelta(seconds=30)


@dataclass
class Mirror:
    """The newest version seen of each document; `known_at` is the moment of the last look."""

    people: dict[str, Person] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    seats: dict[str, Seats] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    of_person: dict[str, set[str]] = field(default_factory=dict)
    known_at: datetime | None = None

    def catch_up(self, unit: Unit, now: datetime) -> tuple[set[str], int]:
        """Take in what changed since the last look; the people concerned, and how many documents were read."""
        since = None if self.known_at is None else self.known_at - OVERLAP
        concerned: set[str] = set()
        read = 0
        for kind, keep in self._keepers():
            found = unit.changed_since(kind, since)
            read += len(found)
            concerned.update(filter(None, (keep(entity) for entity in found)))
        self.known_at = now
        return concerned, read

    def enrolments_of(self, person_id: str, program_id: str) -> Iterable[Enrolment]:
        """The person's enrolments in one program."""
        held = (self.enrolments[id] for id in self.of_person.get(person_id, ()))
        return [enrolment for enrolment in held if enrolment.program_id == program_id]

    def _keepers(self) -> tuple[tuple[type[Entity], Callable[[Any], str | None]], ...]:
        return (
            (Person, lambda person: _newer(self.people, person)),
            (Profile, lambda profile: _newer(self.profiles, profile)),
            (Seats, lambda seats: _newer(self.seats, seats)),
            (Enrolment, self._keep_enrolment),
            (Word, self._keep_word),
        )

    def _keep_enrolment(self, enrolment: Enrolment) -> str | None:
        self.of_person.setdefault(enrolment.person_id, set()).add(enrolment.id)
        return enrolment.person_id if _newer(self.enrolments, enrolment) else None

    def _keep_word(self, word: Word) -> None:
        _newer(self.words, word)


def _newer(held: dict[str, E], entity: E) -> str | None:
    """Keep the entity if its version is new here; its id if so."""
    known = held.get(entity.id)
    if known is not None and known.version >= entity.version:
        return None
    held[entity.id] = entity
    return entity.id
