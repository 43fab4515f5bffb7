"""A session: one meeting of a mentorship, from its date to what came of it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

from contracts.feedback import (
    SessionCancelled,
    SessionHeld,
    SessionMissed,
    SessionReminded,
    SessionRescheduled,
    SessionScheduled,
)
from feedback.domain.journey import Journey
from servicekit.clock import to_millisecond
from servicekit.entity import Entity
from servicekit.refusals import FieldError, InvalidInput, WrongState

State = Literal["scheduled", "held", "missed", "cancelled"]
F = TypeVar("F", SessionScheduled, SessionRescheduled, SessionReminded, SessionHeld, SessionMissed, SessionCancelled)

# A meeting that took place may be entered afterwards; a date further off is a typing mistake.
OLDEST = timedelta(days=90)
FURTHEST = timedelta(days=730)
REMIND_BEFORE = timedelta(hours=24)
REMIND_AT_LEAST = timedelta(hours=1)
MISSED_AFTER = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Session(Entity):
    """One meeting. `revision` counts its dates from 0; `agenda`, `place` and `notes` are for its people only.

    `remind_at` and `miss_at` are its deadlines, None when there is nothing more to do.
    """

    mentorship_id: str
    program_id: str
    mentor_id: str
    mentee_ids: tuple[str, ...]
    state: State
    starts_at: datetime
    minutes: int
    revision: int = 0
    agenda: str = ""
    place: str = ""
    notes: str = ""
    scheduled_by: str
    remind_at: datetime | None = None
    miss_at: datetime | None = None
    held_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it is planned to be over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def people(self) -> tuple[str, ...]:
        """The mentor and every mentee."""
        return (self.mentor_id, *self.mentee_ids)

    def described(self, agenda: str | None, place: str | None, notes: str | None) -> "Session":
        """Other words for what will be, or was, talked about; None leaves a text as it is."""
        return replace(
            self,
            agenda=self.agenda if agenda is None else agenda,
            place=self.place if place is None else place,
            notes=self.notes if notes is None else notes,
        )

    def without_words(self) -> "Session":
        """Its state and dates, as a program's managers may see it."""
        return replace(self, agenda="", place="", notes="")

    def regrouped(self, mentee_ids: tuple[str, ...]) -> tuple["Session", tuple[SessionRescheduled, ...]]:
        """The group changed; a new revision tells the calendars of those who are invited now."""
        if mentee_ids == self.mentee_ids or self.state != "scheduled":
            return self, ()
        regrouped = replace(self, mentee_ids=mentee_ids, revision=self.revision + 1)
        return regrouped, (regrouped.fact(SessionRescheduled),)

    def rescheduled(
        self, starts_at: datetime, minutes: int | None, place: str | None, now: datetime
    ) -> tuple["Session", tuple[SessionRescheduled, ...]]:
        """Another date for the same meeting; the same date again changes nothing.

        Raises:
            WrongState: it was held, missed or cancelled.
            InvalidInput: the date is too far away.
        """
        self._require_scheduled("rescheduled")
        starts_at = plausible(starts_at, now)
        length = self.minutes if minutes is None else minutes
        where = self.place if place is None else place
        if (starts_at, length, where) == (self.starts_at, self.minutes, self.place):
            return self, ()
        moved = _with_deadlines(
            replace(self, starts_at=starts_at, minutes=length, place=where, revision=self.revision + 1), now
        )
        return moved, (moved.fact(SessionRescheduled),)

    def reminded(self, now: datetime) -> tuple["Session", tuple[SessionReminded, ...]]:
        """The clock says that it is soon; nothing where that was said, or is not so any more."""
        if self.state != "scheduled" or self.remind_at is None or self.remind_at > now:
            return self, ()
        told = replace(self, remind_at=None)
        return told, (self.fact(SessionReminded),)

    def held(self, now: datetime) -> tuple["Session", tuple[SessionHeld, ...]]:
        """It took place; people who met before the planned date may say so.

        Raises:
            WrongState: it was missed or cancelled.
        """
        if self.state == "held":
            return self, ()
        self._require_scheduled("held")
        return self._closed("held", now), (self.fact(SessionHeld),)

    def missed(self) -> tuple["Session", tuple[SessionMissed, ...]]:
        """It did not take place.

        Raises:
            WrongState: it was held or cancelled.
        """
        if self.state == "missed":
            return self, ()
        self._require_scheduled("missed")
        return self._closed("missed"), (self.fact(SessionMissed),)

    def missed_by_now(self, now: datetime) -> tuple["Session", tuple[SessionMissed, ...]]:
        """The clock says that nobody told what came of it; nothing where somebody did, or its date moved."""
        if self.state != "scheduled" or self.miss_at is None or self.miss_at > now:
            return self, ()
        return self.missed()

    def cancelled(self) -> tuple["Session", tuple[SessionCancelled, ...]]:
        """It will not take place; the revision rises, so that calendars take it out.

        Raises:
            WrongState: it was held or missed.
        """
        if self.state == "cancelled":
            return self, ()
        self._require_scheduled("cancelled")
        off = replace(self._closed("cancelled"), revision=self.revision + 1)
        return off, (off.fact(SessionCancelled),)

    def fact(self, kind: type[F]) -> F:
        """The event of this kind about this session as it is now."""
        return kind(
            session_id=self.id,
            mentorship_id=self.mentorship_id,
            program_id=self.program_id,
            mentor_id=self.mentor_id,
            mentee_ids=self.mentee_ids,
            starts_at=self.starts_at,
            minutes=self.minutes,
            revision=self.revision,
        )

    def _require_scheduled(self, wish: str) -> None:
        if self.state != "scheduled":
            raise WrongState(f"This session is {self.state}, so it cannot be {wish} any more.")

    def _closed(self, state: State, held_at: datetime | None = None) -> "Session":
        return replace(self, state=state, remind_at=None, miss_at=None, held_at=held_at)


def schedule(
    id: str, journey: Journey, by: str, starts_at: datetime, minutes: int, agenda: str, place: str, now: datetime
) -> tuple[Session, tuple[SessionScheduled, ...]]:
    """A new session of an active mentorship.

    Raises:
        JourneyClosed: the mentorship is paused or over.
        InvalidInput: the date is too far away.
    """
    journey.require_open()
    starts_at = plausible(starts_at, now)
    session = _with_deadlines(
        Session(
            id=id,
            mentorship_id=journey.id,
            program_id=journey.program_id,
            mentor_id=journey.mentor_id,
            mentee_ids=journey.mentee_ids,
            state="scheduled",
            starts_at=starts_at,
            minutes=minutes,
            agenda=agenda,
            place=place,
            scheduled_by=by,
        ),
        now,
    )
    return session, (session.fact(SessionScheduled),)


def plausible(starts_at: datetime, now: datetime) -> datetime:
    """The moment in UTC, to the millisecond; a date that can only be a mistake is refused.

    Raises:
        InvalidInput: more than 90 days ago, or more than two years ahead.
    """
    if not now - OLDEST <= starts_at <= now + FURTHEST:
        detail = f"Choose a date between {OLDEST.days} days ago and {FURTHEST.days} days from now."
        raise InvalidInput("The date of the session cannot be right.", [FieldError("/starts_at", detail)])
    return to_millisecond(starts_at.astimezone(UTC))


def _with_deadlines(session: Session, now: datetime) -> Session:
    moments = (session.starts_at - REMIND_BEFORE, session.starts_at - REMIND_AT_LEAST)
    return replace(
        session,
        # Who arranges a meeting for today needs no word about it a day before, an hour is enough.
        remind_at=next((moment for moment in moments if moment > now), None),
        miss_at=max(session.ends_at, now) + MISSED_AFTER,
    )
