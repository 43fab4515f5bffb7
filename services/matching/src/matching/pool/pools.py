"""One engine pool per program, filled from the mirror on first use and changed person by person from then on."""

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import engine
from engine import score
from engine.explain import reasons
from matching.domain import calendar, pairing
from matching.domain.program import Program
from matching.domain.seats import Seats
from matching.pool.mirror import Mirror
from matching.pool.words import sentence, told
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
    """A program's pool, as of one version of the program and one of its days (a pause ends with a day)."""

    program: Program
    day: date
    pool: engine.Pool


class Pools:
    """The match of every program that was asked about; safe across threads, one question at a time."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._mirror = Mirror()
        self._held: dict[str, _Held] = {}
        self._next_look: datetime | None = None

    def recommend(self, program: Program, mentee_id: str, limit: int) -> tuple[list[Match], datetime]:
        """The mentors who fit best, best first, and the moment of the last look at the store.

        Whom it names is as the store has it now: at work, willing, with a seat, and kept apart by no rule that hangs on
        the two alone. Somebody else may have become a better answer since that look.
        """
        behind: set[str] = set()
        for _ in range(TRIES):
            asked_at = self._clock.now()
            with self._lock:
                matches, known_at = self._recommended(program, mentee_id, limit, asked_at)
            behind = self._catch_up_with((mentee_id, *(match.mentor_id for match in matches)))
            if not behind:
                break
        return [match for match in matches if not behind & {mentee_id, match.mentor_id}], known_at

    def explain(self, program: Program, mentee_id: str, mentor_id: str) -> Verdict:
        """Why this mentor, or why not."""
        self._catch_up_with((mentee_id, mentor_id))
        asked_at = self._clock.now()
        with self._lock:
            pool, known_at = self._pool(program, asked_at)
            rule = engine.refusal(pool, mentee_id, mentor_id)
            known = mentee_id in pool and mentor_id in pool and mentee_id != mentor_id
            match = self._scored(pool, mentee_id, mentor_id) if known else None
            return Verdict(rule=rule, match=match, known_at=known_at)

    def _recommended(
        self, program: Program, mentee_id: str, limit: int, asked_at: datetime
    ) -> tuple[list[Match], datetime]:
        pool, known_at = self._pool(program, asked_at)
        if mentee_id not in pool:
            return [], known_at
        mentee = pool.people[mentee_id]
        found = engine.recommend(pool, mentee_id, limit)
        matches = [self._match(pool, mentee, one.mentor_id, one.percent, one.components, one.reasons) for one in found]
        return matches, known_at

    def _scored(self, pool: engine.Pool, mentee_id: str, mentor_id: str) -> Match:
        mentee, mentor = pool.people[mentee_id], pool.people[mentor_id]
        exact = score.pair(mentee, mentor, pool.program, pool.rarity)
        why = reasons(mentee, mentor, exact, pool.program)
        return self._match(pool, mentee, mentor_id, exact.percent(pool.program), exact.components, why)

    def _match(
        self,
        pool: engine.Pool,
        mentee: engine.Person,
        mentor_id: str,
        percent: float,
        components: Mapping[str, float],
        why: Iterable[engine.Reason],
    ) -> Match:
        known = told(why, mentee, components, self._mirror.words)
        return Match(
            mentor_id=mentor_id,
            score=round(percent, 1),
            raw=round(percent / 100 * pool.program.weights.total, 6),
            components={name: round(value, 6) for name, value in components.items()},
            wished=mentee.wishes.index(mentor_id) + 1 if mentor_id in mentee.wishes else None,
            reasons=tuple(map(sentence, known)),
            why=known,
        )

    def _pool(self, program: Program, asked_at: datetime) -> tuple[engine.Pool, datetime]:
        now = self._clock.now()
        known_at = self._catch_up(now, asked_at)
        today = calendar.today(now, program.time_zone)
        held = self._held.get(program.id)
        if held is None or held.program.version != program.version or held.day != today:
            held = self._held[program.id] = _Held(program, today, self._fill(program, now))
        return held.pool, known_at

    def _catch_up(self, now: datetime, asked_at: datetime) -> datetime:
        known_at = self._mirror.known_at
        if known_at is not None:
            looked_since = known_at > asked_at  # for another question, while this one waited its turn
            if looked_since or (self._next_look is not None and now < self._next_look):
                return known_at
        concerned = self._store.reading(lambda unit: self._mirror.catch_up(unit, now))
        self._next_look = now + PAUSE_AFTER_MUCH if len(concerned) > MUCH else None
        self._place_all(concerned, now)
        return now

    def _catch_up_with(self, ids: Collection[str]) -> set[str]:
        """Compare some people with the store, and read those again of whom it knows something newer; who they were."""

        def newer(unit: Unit) -> set[str]:
            unit.prefetch(Seats, ids)
            stored = [seats for seats in (unit.get(Seats, id) for id in ids) if seats is not None]
            return {seats.id for seats in stored if self._mirror.is_behind(seats)}

        behind = self._store.reading(newer)
        if behind:
            with self._lock:
                self._store.reading(lambda unit: self._mirror.take_in(unit, behind))
                self._place_all(behind, self._clock.now())
        return behind

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
