"""What one process knows of people, profiles, seats, enrolments and words, caught up by what changed since.

Whatever changes a person, their profile or their enrolments saves their seats in the same transaction, so the seats are
the one thing to watch, and whoever is known by the newest version of theirs is known as they are.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
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
MISSED_FOR = timedelta(seconds=1)
SWEEP_EVERY = timedelta(seconds=10)
# The enrolments of so many people are asked for one by one.
FEW = 8


@dataclass
class News:
    """What was read of the store and is not taken in yet; of whom `seats` are here, everything else is, too."""

    seats: list[Seats] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    is_all: bool = False

    @property
    def concerned(self) -> Collection[str]:
        """The people whom it is about; of a whole store also those who have no seats."""
        return [one.id for one in (self.people if self.is_all else self.seats)]


@dataclass
class Mirror:
    """The newest version seen of each document; `known_at` is the moment of the last look, `swept_at` of a long one.

    Reading changes nothing here, so that others may ask meanwhile; `take_in` is for one at a time.
    """

    people: dict[str, Person] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    seats: dict[str, Seats] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    missed: dict[str, datetime] = field(default_factory=dict)
    of_person: dict[str, set[str]] = field(default_factory=dict)
    known_at: datetime | None = None
    swept_at: datetime | None = None

    def look(self, unit: Unit, now: datetime) -> News:
        """Read what changed since the last look."""
        if self.known_at is None or self.swept_at is None:
            return _all(unit)
        if not self._is_to_sweep(now):
            return self._changed_since(unit, self.known_at - USUAL)
        since = self.swept_at - LONGEST
        return replace(self._changed_since(unit, since), words=unit.changed_since(Word, since))

    def looked(self, news: News, now: datetime) -> None:
        """Take in what a look at this moment found."""
        if self._is_to_sweep(now):
            self.swept_at = now
        self.take_in(news)
        self.known_at = now

    def read(self, unit: Unit, ids: Collection[str]) -> News:
        """Read everything about some people, their seats first: what is read after them is as new or newer."""
        unit.prefetch(Seats, ids)
        return _about(unit, _found(unit, Seats, ids), None)

    def words_to_read(self, ids: Iterable[str], now: datetime) -> list[str]:
        """Those of these skills and themes whose name is not known here: words are swept, not followed.

        One that the store did not know either is asked for again after a while: its event may still be on its way.
        """
        unknown = (id for id in ids if id not in self.words)
        return sorted(id for id in unknown if id not in self.missed or now - self.missed[id] >= MISSED_FOR)

    def read_words(self, unit: Unit, ids: Collection[str]) -> News:
        """Read what these skills and themes are called."""
        unit.prefetch(Word, ids)
        return News(words=_found(unit, Word, ids))

    def learned(self, ids: Iterable[str], news: News, now: datetime) -> None:
        """Take in what of these words was found at this moment, and remember which were not."""
        self.missed |= dict.fromkeys(ids, now)
        self.take_in(news)

    def take_in(self, news: News) -> None:
        """Keep what is newer than what is held."""
        _keep(self.people, news.people)
        _keep(self.profiles, news.profiles)
        _keep(self.enrolments, news.enrolments)
        for enrolment in news.enrolments:
            self.of_person.setdefault(enrolment.person_id, set()).add(enrolment.id)
        _keep(self.words, news.words)
        for word in news.words:
            self.missed.pop(word.id, None)
        _keep(self.seats, news.seats)

    def is_behind(self, seats: Seats) -> bool:
        """Whether something changed about somebody since it was read here; `seats` are theirs, as stored."""
        return self.version_of(seats.id) < seats.version

    def version_of(self, person_id: str) -> int:
        """The version of their seats by which somebody is known here, 0 where they are not."""
        held = self.seats.get(person_id)
        return 0 if held is None else held.version

    def enrolments_of(self, person_id: str, program_id: str) -> Iterable[Enrolment]:
        """The person's enrolments in one program."""
        held = (self.enrolments[id] for id in self.of_person.get(person_id, ()))
        return [enrolment for enrolment in held if enrolment.program_id == program_id]

    def _is_to_sweep(self, now: datetime) -> bool:
        return self.swept_at is None or now - self.swept_at >= SWEEP_EVERY

    def _changed_since(self, unit: Unit, since: datetime) -> News:
        newer = [seats for seats in unit.changed_since(Seats, since) if self.is_behind(seats)]
        return _about(unit, newer, since) if newer else News()


def _all(unit: Unit) -> News:
    return News(
        seats=unit.changed_since(Seats, None),
        people=unit.changed_since(Person, None),
        profiles=unit.changed_since(Profile, None),
        enrolments=unit.changed_since(Enrolment, None),
        words=unit.changed_since(Word, None),
        is_all=True,
    )


def _about(unit: Unit, newer: list[Seats], since: datetime | None) -> News:
    """Everything about the people of these seats, as new as the seats or newer."""
    ids = [seats.id for seats in newer]
    unit.prefetch(Person, ids)
    unit.prefetch(Profile, ids)
    if since is not None and len(ids) > FEW:
        enrolments = unit.changed_since(Enrolment, since - LONGEST)
    else:
        enrolments = [one for id in ids for one in unit.enrolments_of(id)]
    return News(
        seats=newer, people=_found(unit, Person, ids), profiles=_found(unit, Profile, ids), enrolments=enrolments
    )


def _found(unit: Unit, kind: type[E], ids: Iterable[str]) -> list[E]:
    return [entity for id in ids if (entity := unit.get(kind, id)) is not None]


def _keep(held: dict[str, E], entities: Iterable[E]) -> None:
    """Keep what is newer than what is held."""
    for entity in entities:
        known = held.get(entity.id)
        if known is None or known.version < entity.version:
            held[entity.id] = entity
