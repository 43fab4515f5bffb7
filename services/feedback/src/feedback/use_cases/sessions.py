"""Sessions: scheduled, moved, held, missed or cancelled by the people of a mentorship, and watched by the clock."""

from collections.abc import Callable, Sequence
from datetime import datetime

from contracts import Event
from feedback import permissions
from feedback.domain import review as reviews
from feedback.domain import session as sessions
from feedback.domain.journey import Journey
from feedback.domain.known import Plan
from feedback.domain.session import Session
from feedback.ports import Store, Unit
from feedback.use_cases.health import recompute
from feedback.use_cases.journeys import known_journey
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id

Moved = tuple[Session, Sequence[Event]]


def schedule_session(
    store: Store,
    clock: Clock,
    caller: Caller,
    mentorship_id: str,
    starts_at: datetime,
    minutes: int,
    agenda: str,
    place: str,
) -> Session:
    """A new meeting of an active mentorship, arranged by one of its people."""
    now = clock.now()

    def work(unit: Unit) -> Session:
        journey = known_journey(unit, mentorship_id)
        _require(unit, caller, "session.schedule", journey)
        new, events = sessions.schedule(
            new_id("ses"), journey, caller.id, starts_at, minutes, agenda=agenda, place=place, now=now
        )
        saved = unit.save(new, *events)
        recompute(unit, journey, now)
        return saved

    return store.atomically(work)


def read_sessions(
    store: Store, caller: Caller, mentorship_id: str, before: tuple[datetime, str] | None, limit: int
) -> tuple[list[Session], bool]:
    """A page of a mentorship's sessions, the latest first, and whether there are more; managers see dates only."""

    def work(unit: Unit) -> tuple[list[Session], bool]:
        journey = unit.require(Journey, mentorship_id)
        relations = _require(unit, caller, "session.list", journey)
        found = unit.sessions_before(mentorship_id, before, limit + 1)
        return [_as_seen(one, relations) for one in found[:limit]], len(found) > limit

    return store.reading(work)


def read_session(store: Store, caller: Caller, session_id: str) -> Session:
    """One session; managers see its state and dates only."""

    def work(unit: Unit) -> Session:
        session = unit.require(Session, session_id)
        return _as_seen(session, _require(unit, caller, "session.read", session))

    return store.reading(work)


def describe_session(
    store: Store,
    caller: Caller,
    session_id: str,
    agenda: str | None,
    place: str | None,
    notes: str | None,
    expected: int | None,
) -> Session:
    """Other words for what will be, or was, talked about; None leaves a text as it is."""

    def work(unit: Unit) -> Session:
        session = unit.require(Session, session_id)
        _require(unit, caller, "session.describe", session)
        current = unit.require(Session, session_id, expected)
        return unit.save(current.described(agenda, place, notes))

    return store.atomically(work)


def reschedule_session(
    store: Store,
    clock: Clock,
    caller: Caller,
    session_id: str,
    starts_at: datetime,
    minutes: int | None,
    place: str | None,
    expected: int | None,
) -> Session:
    """Another date for the same meeting: it keeps its id and raises its revision."""
    now = clock.now()
    return _move(
        store,
        caller,
        "session.reschedule",
        session_id,
        expected,
        now,
        lambda unit, session: session.rescheduled(starts_at, minutes, place, now),
    )


def hold_session(store: Store, clock: Clock, caller: Caller, session_id: str, expected: int | None) -> Session:
    """The meeting took place; both sides are asked for a review."""
    now = clock.now()

    def hold(unit: Unit, session: Session) -> Moved:
        held, events = session.held(now)
        if events:
            _ask_for_reviews(unit, held, now)
        return held, events

    return _move(store, caller, "session.hold", session_id, expected, now, hold)


def miss_session(store: Store, clock: Clock, caller: Caller, session_id: str, expected: int | None) -> Session:
    """The meeting did not take place."""
    return _move(
        store, caller, "session.miss", session_id, expected, clock.now(), lambda unit, session: session.missed()
    )


def cancel_session(store: Store, clock: Clock, caller: Caller, session_id: str, expected: int | None) -> Session:
    """The meeting is called off."""
    return _move(
        store, caller, "session.cancel", session_id, expected, clock.now(), lambda unit, session: session.cancelled()
    )


def remind_of_session(store: Store, clock: Clock, caller: Caller, session_id: str) -> None:
    """The clock says that a meeting is near."""
    now = clock.now()
    _move(store, caller, "session.watch", session_id, None, now, lambda unit, session: session.reminded(now))


def miss_unheld_session(store: Store, clock: Clock, caller: Caller, session_id: str) -> None:
    """The clock says that nobody told what came of a meeting."""
    now = clock.now()
    _move(store, caller, "session.watch", session_id, None, now, lambda unit, session: session.missed_by_now(now))


def _move(
    store: Store,
    caller: Caller,
    operation: str,
    session_id: str,
    expected: int | None,
    now: datetime,
    move: Callable[[Unit, Session], Moved],
) -> Session:
    def work(unit: Unit) -> Session:
        session = unit.require(Session, session_id)
        _require(unit, caller, operation, session)
        moved, events = move(unit, unit.require(Session, session_id, expected))
        if not events:
            return session
        saved = unit.save(moved, *events)
        recompute(unit, unit.require(Journey, session.mentorship_id), now)
        return saved

    return store.atomically(work)


def _ask_for_reviews(unit: Unit, session: Session, now: datetime) -> None:
    for author_id, addressee_id in reviews.directions(session):
        asked, due = reviews.due(new_id("rev"), session, author_id, addressee_id, now)
        unit.save(asked, due)


def _require(unit: Unit, caller: Caller, operation: str, subject: Journey | Session) -> frozenset[str]:
    relations = permissions.standing(caller, subject, unit.get(Plan, subject.program_id))
    permissions.require(caller, operation, relations)
    return relations


def _as_seen(session: Session, relations: frozenset[str]) -> Session:
    return session if "participant" in relations else session.without_words()
