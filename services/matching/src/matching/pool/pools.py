"""One engine pool per program, filled from the mirror on first use and changed person by person from then on."""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice

import engine
from engine import score
from engine.explain import reasons
from matching.domain import calendar, pairing
from matching.domain.program import Program
from matching.domain.seats import Seats
from matching.pool.mirror import Mirror
from matching.pool.spoken import spoken_for
from matching.pool.words import named, sentence, told
from matching.ports.matcher import Match, Verdict
from matching.ports.unit import Store, Unit
from servicekit.clock import Clock

# A look that found little is repeated at every question; one that found much (an import runs) only after a while.
MUCH = 200
PAUSE_AFTER_MUCH = timedelta(seconds=1)
# Whoever changes again and again while a question is answered is left out of the answer.
TRIES = 3


@dataclass
class _Held:
    """A program's pool, as of one version of the program and one of its days (a pause ends with a day).

    `spoken_for` has the mentors out of question for a mentee, by the version of the mentee's seats.
    """

    program: Program
    day: date
    pool: engine.Pool
    spoken_for: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)


class Pools:
    """The match of every program that was asked about; safe across threads, one question at a time.

    A question looks itself at what changed, unless somebody has within `fresh_for`.
    """

    def __init__(self, store: Store, clock: Clock, fresh_for: timedelta = timedelta(0)) -> None:
        self._store = store
        self._clock = clock
        self._fresh_for = fresh_for
        # One look at a time, and meanwhile questions; `_lock` is for who reads or changes the arrays.
        self._looking = threading.Lock()
        self._lock = threading.Lock()
        self._mirror = Mirror()
        self._held: dict[str, _Held] = {}
        self._next_look: datetime | None = None

    def recommend(self, program: Program, mentee_id: str, limit: int) -> tuple[list[Match], datetime]:
        """The mentors who fit best, best first, and the moment of the last look at the store.

        Whom it names is as the store has it now: at work, willing, with a seat, kept apart by no rule that hangs on the
        two alone, and neither asked nor at work with the mentee already. Somebody else may have become a better answer
        since that look.
        """
        self._be_fresh()
        found: list[engine.Recommendation] = []
        outdated: set[str] = set()
        for _ in range(TRIES):
            with self._lock:
                held, known_at = self._pool(program)
                own = self._mirror.seats.get(mentee_id)
                present = mentee_id in held.pool
            apart = self._spoken_for(held, mentee_id, own) if present else frozenset()
            with self._lock:
                # Who is gone between two looks gets nothing.
                mentee = held.pool.people[mentee_id] if mentee_id in held.pool else None
                found = [] if mentee is None else _recommended(held.pool, mentee_id, apart, limit)
                versions = {one.mentor_id: self._mirror.version_of(one.mentor_id) for one in found}
            versions[mentee_id] = 0 if own is None else own.version
            outdated = self._outdated(versions)
            if not outdated:
                break
        if mentee is None:
            return [], known_at
        fresh = [one for one in found if not outdated & {mentee_id, one.mentor_id}]
        return self._matches(held.pool.program, mentee, fresh), known_at

    def explain(self, program: Program, mentee_id: str, mentor_id: str) -> Verdict:
        """Why this mentor, or why not."""
        self._be_fresh()
        self._outdated({id: self._mirror.version_of(id) for id in (mentee_id, mentor_id)})
        with self._lock:
            held, known_at = self._pool(program)
            pool = held.pool
            rule = engine.refusal(pool, mentee_id, mentor_id)
            known = mentee_id in pool and mentor_id in pool and mentee_id != mentor_id
            found = [_scored(pool, mentee_id, mentor_id)] if known else []
            mentee = pool.people[mentee_id] if known else None
        matches = [] if mentee is None else self._matches(pool.program, mentee, found)
        return Verdict(rule=rule, match=next(iter(matches), None), known_at=known_at)

    def look(self) -> None:
        """Take in what changed since the last look, unless that found so much that the next one waits."""
        asked_at = self._clock.now()
        with self._looking:
            known_at, now = self._mirror.known_at, self._clock.now()
            if known_at is not None and (known_at > asked_at or self._rests(now)):
                return  # somebody else looked while this one waited for its turn
            news = self._store.reading(lambda unit: self._mirror.look(unit, now))
            with self._lock:
                self._mirror.looked(news, now)
                self._next_look = now + PAUSE_AFTER_MUCH if len(news.concerned) > MUCH else None
                self._place_all(news.concerned, now)

    def _be_fresh(self) -> None:
        known_at, now = self._mirror.known_at, self._clock.now()
        if known_at is None or not (now - known_at < self._fresh_for or self._rests(now)):
            self.look()

    def _rests(self, now: datetime) -> bool:
        return self._next_look is not None and now < self._next_look

    def _spoken_for(self, held: _Held, mentee_id: str, seats: Seats | None) -> frozenset[str]:
        """The mentors out of question for a mentee: read once for each version of their seats."""
        known = held.spoken_for.get(mentee_id)
        if known is not None and seats is not None and known[0] == seats.version:
            return known[1]
        found = self._store.reading(lambda unit: spoken_for(unit, held.program.id, mentee_id, seats))
        if seats is not None:
            held.spoken_for[mentee_id] = (seats.version, found)
        return found

    def _matches(
        self, program: engine.Program, mentee: engine.Person, found: Sequence[engine.Recommendation]
    ) -> list[Match]:
        """Who was found, with the reasons in words; a word that is met for the first time is read."""
        now = self._clock.now()
        unread = self._mirror.words_to_read(named(reason for one in found for reason in one.reasons), now)
        if unread:
            news = self._store.reading(lambda unit: self._mirror.read_words(unit, unread))
            with self._lock:
                self._mirror.learned(unread, news, now)
        return [self._match(program, mentee, one) for one in found]

    def _match(self, program: engine.Program, mentee: engine.Person, found: engine.Recommendation) -> Match:
        known = told(found.reasons, mentee, found.components, self._mirror.words)
        wishes = mentee.wishes
        return Match(
            mentor_id=found.mentor_id,
            score=round(found.percent, 1),
            raw=round(found.percent / 100 * program.weights.total, 6),
            components={name: round(value, 6) for name, value in found.components.items()},
            wished=wishes.index(found.mentor_id) + 1 if found.mentor_id in wishes else None,
            reasons=tuple(map(sentence, known)),
            why=known,
        )

    def _pool(self, program: Program) -> tuple[_Held, datetime]:
        now = self._clock.now()
        known_at = self._mirror.known_at
        assert known_at is not None
        today = calendar.today(now, program.time_zone)
        held = self._held.get(program.id)
        if held is None or held.program.version != program.version or held.day != today:
            held = self._held[program.id] = _Held(program, today, self._fill(program, now))
        return held, known_at

    def _outdated(self, versions: Mapping[str, int]) -> set[str]:
        """Those of whom the store knows more than these versions of their seats; the mirror knows them afterwards."""

        def newer(unit: Unit) -> list[Seats]:
            unit.prefetch(Seats, versions)
            stored = [seats for seats in (unit.get(Seats, id) for id in versions) if seats is not None]
            return [seats for seats in stored if seats.version > versions[seats.id]]

        found = self._store.reading(newer)
        behind = [seats.id for seats in found if self._mirror.is_behind(seats)]
        if behind:
            news = self._store.reading(lambda unit: self._mirror.read(unit, behind))
            with self._lock:
                self._mirror.take_in(news)
                self._place_all(behind, self._clock.now())
        return {seats.id for seats in found}

    def _place_all(self, ids: Iterable[str], now: datetime) -> None:
        for held in self._held.values():
            for person_id in ids:
                self._place(held.pool, held.program, person_id, now)

    def _fill(self, program: Program, now: datetime) -> engine.Pool:
        pool = engine.Pool(pairing.engine_program(program))
        for person_id in self._mirror.people:
            self._place(pool, program, person_id, now)
        return pool

    def _place(self, pool: engine.Pool, program: Program, person_id: str, now: datetime) -> None:
        """Bring one person's row, and their place in the reporting lines, to what the mirror knows."""
        person = self._mirror.people.get(person_id)
        if person is None:
            return
        seen = pairing.candidate(
            program,
            person,
            self._mirror.profiles.get(person_id),
            self._mirror.enrolments_of(person_id, program.id),
            self._mirror.seats.get(person_id),
            now,
        )
        if seen is not None:
            pool.upsert(seen)
        else:
            pool.remove(person_id)
        pool.reports_to(person_id, person.manager_id or "")


def _recommended(pool: engine.Pool, mentee_id: str, apart: Collection[str], limit: int) -> list[engine.Recommendation]:
    found = (one for one in engine.recommend(pool, mentee_id, limit + len(apart)) if one.mentor_id not in apart)
    return list(islice(found, limit))


def _scored(pool: engine.Pool, mentee_id: str, mentor_id: str) -> engine.Recommendation:
    mentee, mentor = pool.people[mentee_id], pool.people[mentor_id]
    exact = score.pair(mentee, mentor, pool.program, pool.rarity)
    return engine.Recommendation(
        mentor_id=mentor_id,
        score=exact.total,
        percent=exact.percent(pool.program),
        components=exact.components,
        reasons=tuple(reasons(mentee, mentor, exact, pool.program)),
    )
