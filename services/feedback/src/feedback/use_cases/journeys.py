"""Journeys: opened, paused and closed as the mentorship is; read and agreed on by its people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from feedback import permissions
from feedback.domain.health import Health
from feedback.domain.journey import Agreement, Journey
from feedback.domain.known import Plan, PlannedMilestone
from feedback.domain.review import Review
from feedback.domain.session import Session
from feedback.ports import Store, Unit
from feedback.use_cases.health import recompute
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import NotYetKnown


@dataclass(frozen=True, kw_only=True)
class Mentorship:
    """A mentorship as a fact of `matching` describes it."""

    id: str
    program_id: str
    mentor_id: str
    mentee_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """A planned step with its day in this journey."""

    key: str
    title: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class JourneyView:
    """A journey as the caller may see it; `whole` is false for managers, who see states and dates."""

    journey: Journey
    milestones: tuple[Milestone, ...]
    sessions: tuple[Session, ...]
    health: Health | None
    reviews_due: tuple[Review, ...]
    whole: bool

    @property
    def version(self) -> int:
        """The version of the journey itself, which an agreement is proposed against."""
        return self.journey.version

    @property
    def agreement(self) -> Agreement | None:
        """What was agreed, for its people only."""
        return self.journey.agreement if self.whole else None


def read_journey(store: Store, caller: Caller, mentorship_id: str) -> JourneyView:
    """The journey of a mentorship; its people see all of it, the program's managers states and dates only."""

    def work(unit: Unit) -> JourneyView:
        journey = unit.require(Journey, mentorship_id)
        relations = permissions.standing(caller, journey, unit.get(Plan, journey.program_id))
        permissions.require(caller, "journey.read", relations)
        return _view(unit, journey, caller, whole="participant" in relations)

    return store.reading(work)


def propose_agreement(
    store: Store, caller: Caller, mentorship_id: str, agreement: Agreement, expected: int | None
) -> JourneyView:
    """New words for how the two want to work; the proposer agrees to them by proposing."""

    def work(unit: Unit) -> JourneyView:
        journey = known_journey(unit, mentorship_id)
        plan = unit.get(Plan, journey.program_id)
        permissions.require(caller, "agreement.propose", permissions.standing(caller, journey, plan))
        unit.require(Journey, mentorship_id, expected)
        return _view(unit, unit.save(journey.proposing(agreement, by=caller.id)), caller, whole=True)

    return store.atomically(work)


def agree(store: Store, clock: Clock, caller: Caller, mentorship_id: str, expected: int | None) -> JourneyView:
    """The caller agrees to the words as they stand; the last of its people makes it an agreement."""

    def work(unit: Unit) -> JourneyView:
        journey = known_journey(unit, mentorship_id)
        plan = unit.get(Plan, journey.program_id)
        permissions.require(caller, "agreement.agree", permissions.standing(caller, journey, plan))
        unit.require(Journey, mentorship_id, expected)
        agreed, events = journey.agreed(caller.id, clock.now())
        saved = journey if agreed == journey else unit.save(agreed, *events)
        return _view(unit, saved, caller, whole=True)

    return store.atomically(work)


def known_journey(unit: Unit, mentorship_id: str) -> Journey:
    """The journey a command is about.

    Raises:
        NotYetKnown: its mentorship has not arrived here, or does not exist.
    """
    journey = unit.get(Journey, mentorship_id)
    if journey is None:
        raise NotYetKnown(f"The mentorship {mentorship_id} is not known here yet. Ask again in a second.")
    return journey


def open_journey(store: Store, caller: Caller, mentorship: Mentorship, at: datetime) -> None:
    """A mentorship started at `at`."""
    _follow(store, caller, mentorship, at, lambda journey: journey)


def regroup_journey(store: Store, caller: Caller, mentorship: Mentorship, at: datetime) -> None:
    """Somebody joined the group or departed; sessions to come are for those who are in it now."""

    def regroup(unit: Unit, journey: Journey) -> None:
        for session in unit.scheduled_of(journey.id):
            moved, events = session.regrouped(journey.mentee_ids)
            if moved != session:
                unit.save(moved, *events)

    _follow(store, caller, mentorship, at, lambda journey: journey.with_mentees(mentorship.mentee_ids), regroup)


def pause_journey(store: Store, caller: Caller, mentorship: Mentorship, at: datetime) -> None:
    """The mentorship rests: nothing that is planned takes place."""
    _follow(store, caller, mentorship, at, lambda journey: journey.paused(), _cancel_sessions)


def resume_journey(store: Store, caller: Caller, mentorship: Mentorship, at: datetime) -> None:
    """The mentorship goes on."""
    _follow(store, caller, mentorship, at, lambda journey: journey.resumed(at))


def close_journey(store: Store, caller: Caller, mentorship: Mentorship, at: datetime) -> None:
    """The mentorship is over: nothing that is planned takes place, and the journey can only be read."""
    _follow(store, caller, mentorship, at, lambda journey: journey.ended(at), _cancel_sessions)


def _view(unit: Unit, journey: Journey, caller: Caller, *, whole: bool) -> JourneyView:
    plan = unit.get(Plan, journey.program_id)
    sessions = unit.sessions_of(journey.id)
    return JourneyView(
        journey=journey,
        milestones=_dated(plan.milestones if plan else (), journey.started_at.date()),
        sessions=tuple(one if whole else one.without_words() for one in sessions),
        health=unit.get(Health, journey.id),
        reviews_due=tuple(unit.reviews_due_by(caller.id, journey.id)) if whole else (),
        whole=whole,
    )


def _nothing_more(unit: Unit, journey: Journey) -> None:
    return None


def _follow(
    store: Store,
    caller: Caller,
    mentorship: Mentorship,
    at: datetime,
    move: Callable[[Journey], Journey],
    then: Callable[[Unit, Journey], None] = _nothing_more,
) -> None:
    permissions.require(caller, "journey.follow", frozenset())

    def work(unit: Unit) -> None:
        held = unit.get(Journey, mentorship.id)
        moved = move(held or _opened(mentorship, at))
        journey = moved if moved == held else unit.save(moved)
        then(unit, journey)
        recompute(unit, journey, at)

    store.atomically(work)


def _opened(mentorship: Mentorship, at: datetime) -> Journey:
    return Journey(
        id=mentorship.id,
        program_id=mentorship.program_id,
        mentor_id=mentorship.mentor_id,
        mentee_ids=mentorship.mentee_ids,
        state="active",
        started_at=at,
        active_since=at,
    )


def _cancel_sessions(unit: Unit, journey: Journey) -> None:
    for session in unit.scheduled_of(journey.id):
        off, events = session.cancelled()
        unit.save(off, *events)


def _dated(milestones: tuple[PlannedMilestone, ...], started_on: date) -> tuple[Milestone, ...]:
    dated = (Milestone(key=one.key, title=one.title, due_on=one.due_on(started_on)) for one in milestones)
    return tuple(sorted(dated, key=lambda one: (one.due_on, one.key)))
