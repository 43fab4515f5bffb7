"""What one process knows of people, profiles, seats, enrolments and words, caught up by what changed since.

Whatever changes a person, their profile or their enrolments saves their seats in the same transaction, so the seats are
the one thing to watch, and whoever is known by the newest version of theirs is known as they are.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from matching.domain.enrolment import Enrolment
from matching.domain.person import Person, Profile, Word
from matching.domain.seats import Seats
from matching.ports.unit import Unit
from servicekit.entity import Entity

E = TypeVar("E", bound=Entity)
# A transaction commits some time after the moment that it stamped its documents with. A look goes back as far as most
# take, and one of them every few seconds as far as any can.
USUAL = timedelta(seconds=0.5)
LONGEST = timedelta(seconds=30)
SWEEP_EVERY = timedelta(seconds=10)
# The enrolments of so many people are asked for one by one.
FEW = 8


@dataclass
class Mirror:
    """The newest version seen of each document; `known_at` is the moment of the last look, `swept_at` of a long one."""

    people: dict[str, Person] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    seats: dict[str, Seats] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    of_person: dict[str, set[str]] = field(default_factory=dict)
    known_at: datetime | None = None
    swept_at: datetime | None = None

    def catch_up(self, unit: Unit, now: datetime) -> Collection[str]:
        """Take in what changed since the last look; the people concerned."""
        if self.known_at is None or self.swept_at is None:
            concerned = self._take_in_all(unit)
            self.swept_at = now
        elif now - self.swept_at >= SWEEP_EVERY:
            concerned = self._take_in_since(unit, self.swept_at - LONGEST)
            _keep(self.words, unit.changed_since(Word, self.swept_at - LONGEST))
            self.swept_at = now
        else:
            concerned = self._take_in_since(unit, self.known_at - USUAL)
        self.known_at = now
        return concerned

    def take_in(self, unit: Unit, ids: Collection[str]) -> None:
        """Read everything about some people, their seats first: what is read after them is as new or newer."""
        unit.prefetch(Seats, ids)
        self._take_in_rest(unit, _found(unit, Seats, ids), None)

    def is_behind(self, seats: Seats) -> bool:
        """Whether something changed about somebody since it was read here; `seats` are theirs, as stored."""
        held = self.seats.get(seats.id)
        return held is None or held.version < seats.version

    def enrolments_of(self, person_id: str, program_id: str) -> Iterable[Enrolment]:
        """The person's enrolments in one program."""
        held = (self.enrolments[id] for id in self.of_person.get(person_id, ()))
        return [enrolment for enrolment in held if enrolment.program_id == program_id]

    def _take_in_all(self, unit: Unit) -> Collection[str]:
        _keep(self.seats, unit.changed_since(Seats, None))
        _keep(self.people, unit.changed_since(Person, None))
        _keep(self.profiles, unit.changed_since(Profile, None))
        self._keep_enrolments(unit.changed_since(Enrolment, None))
        _keep(self.words, unit.changed_since(Word, None))
        return self.people.keys()

    def _take_in_since(self, unit: Unit, since: datetime) -> Collection[str]:
        newer = [seats for seats in unit.changed_since(Seats, since) if self.is_behind(seats)]
        if newer:
            self._take_in_rest(unit, newer, since)
        return [seats.id for seats in newer]

    def _take_in_rest(self, unit: Unit, newer: list[Seats], since: datetime | None) -> None:
        ids = [seats.id for seats in newer]
        unit.prefetch(Person, ids)
        unit.prefetch(Profile, ids)
        _keep(self.people, _found(unit, Person, ids))
        _keep(self.profiles, _found(unit, Profile, ids))
        if since is not None and len(ids) > FEW:
            self._keep_enrolments(unit.changed_since(Enrolment, since - LONGEST))
        else:
            self._keep_enrolments([one for id in ids for one in unit.enrolments_of(id)])
        # Last, so that whoever is known by these seats is known altogether, also where a read before failed.
        _keep(self.seats, newer)

    def _keep_enrolments(self, enrolments: Iterable[Enrolment]) -> None:
        for enrolment in enrolments:
            self.of_person.setdefault(enrolment.person_id, set()).add(enrolment.id)
            _keep(self.enrolments, [enrolment])


def _found(unit: Unit, kind: type[E], ids: Iterable[str]) -> list[E]:
    return [entity for id in ids if (entity := unit.get(kind, id)) is not None]


def _keep(held: dict[str, E], entities: Iterable[E]) -> None:
    """Keep what is newer than what is held."""
    for entity in entities:
        known = held.get(entity.id)
        if known is None or known.version < entity.version:
            held[entity.id] = entity
