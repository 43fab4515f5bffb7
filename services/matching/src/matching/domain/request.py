"""A request: a mentee asks a mentor, or a mentor offers; it has exactly one end."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from contracts import Event
from contracts.fields import Role
from contracts.matching import (
    ReasonRecorded,
    RequestAccepted,
    RequestDeclined,
    RequestExpired,
    RequestMade,
    RequestReminded,
    RequestRerouted,
    RequestSuperseded,
    RequestWithdrawn,
)
from matching.domain import calendar
from matching.domain.errors import DeadlinePassed
from matching.domain.terms import Requests
from servicekit.entity import Entity
from servicekit.refusals import WrongState

State = Literal["pending", "accepted", "declined", "withdrawn", "expired", "superseded"]
STATES: tuple[State, ...] = get_args(State)
Cause = Literal["wish_met", "no_seat", "person_gone", "program_closed"]
DeclineReason = Literal["no_time", "not_a_fit", "other_topic", "other"]
MOST_REROUTES = 3


@dataclass(frozen=True, kw_only=True)
class Request(Entity):
    """`made_by` is the side that asked. `remind_at` is None once reminded; `reason` only its giver may read."""

    program_id: str
    mentee_id: str
    mentor_id: str
    made_by: Role
    message: str = ""
    state: State = "pending"
    made_at: datetime
    deadline: datetime
    remind_at: datetime | None
    reminded_at: datetime | None = None
    ended_at: datetime | None = None
    reason: DeclineReason | None = None
    cause: Cause | None = None
    mentorship_id: str | None = None
    reroutes: int = 0

    @property
    def asker_id(self) -> str:
        """Who asked."""
        return self.mentee_id if self.made_by == "mentee" else self.mentor_id

    @property
    def answerer_id(self) -> str:
        """Who is to answer."""
        return self.mentor_id if self.made_by == "mentee" else self.mentee_id

    @property
    def people(self) -> tuple[str, str]:
        """The mentee and the mentor."""
        return self.mentee_id, self.mentor_id

    def as_seen_by(self, person_id: str) -> "Request":
        """What this person may read: the reason of a decline is for who gave it."""
        return self if person_id == self.answerer_id else replace(self, reason=None)

    def as_seen_by_manager(self) -> "Request":
        """What the program's managers may read: who asks whom and since when, not what the two tell each other."""
        return replace(self, message="", reason=None)

    @staticmethod
    def make(
        *,
        id: str,
        program_id: str,
        mentee_id: str,
        mentor_id: str,
        made_by: Role,
        message: str,
        terms: Requests,
        now: datetime,
        reroutes: int = 0,
    ) -> tuple["Request", Event]:
        """A new pending request with the program's deadlines."""
        request = Request(
            id=id,
            program_id=program_id,
            mentee_id=mentee_id,
            mentor_id=mentor_id,
            made_by=made_by,
            message=message,
            made_at=now,
            deadline=now + calendar.duration(terms.answer_within),
            remind_at=now + calendar.duration(terms.remind_after),
            reroutes=reroutes,
        )
        return request, request._fact(RequestMade)

    def accept(self, mentorship_id: str, now: datetime) -> tuple["Request", Event]:
        """The other side says yes.

        Raises:
            WrongState: it has ended.
            DeadlinePassed: too late, though no clock has noticed yet.
        """
        self._require_answerable(now)
        accepted = replace(self._ended("accepted", now), mentorship_id=mentorship_id)
        return accepted, self._fact(RequestAccepted, mentorship_id=mentorship_id)

    def decline(self, reason: DeclineReason, now: datetime) -> tuple["Request", list[Event]]:
        """The other side says no; the reason goes to the internal topic only."""
        self._require_answerable(now)
        recorded = ReasonRecorded(
            subject="request",
            subject_id=self.id,
            program_id=self.program_id,
            mentor_id=self.mentor_id,
            mentee_ids=(self.mentee_id,),
            given_by=self.answerer_id,
            reason=reason,
        )
        return replace(self._ended("declined", now), reason=reason), [self._fact(RequestDeclined), recorded]

    def withdraw(self, now: datetime) -> tuple["Request", Event]:
        """The side that asked takes it back."""
        self._require_pending()
        return self._ended("withdrawn", now), self._fact(RequestWithdrawn)

    def supersede(self, cause: Cause, now: datetime) -> tuple["Request", Event]:
        """Events overtook it."""
        self._require_pending()
        return replace(self._ended("superseded", now), cause=cause), self._fact(RequestSuperseded, cause=cause)

    def is_to_be_reminded(self, now: datetime) -> bool:
        """Whether the reminder is due and the deadline not."""
        return self.state == "pending" and self.remind_at is not None and self.remind_at <= now < self.deadline

    def remind(self, now: datetime) -> tuple["Request", Event]:
        """The reminder goes out, once."""
        return replace(self, remind_at=None, reminded_at=now), self._fact(RequestReminded)

    def is_overdue(self, now: datetime) -> bool:
        """Whether nobody answered in time."""
        return self.state == "pending" and self.deadline <= now

    def expire(self, now: datetime) -> tuple["Request", Event]:
        """Nobody answered in time."""
        return self._ended("expired", now), self._fact(RequestExpired)

    def rerouted_to(self, other: "Request") -> Event:
        """The fact that `other` was made in its place."""
        return self._fact(RequestRerouted, next_request_id=other.id, next_mentor_id=other.mentor_id)

    def _require_pending(self) -> None:
        if self.state != "pending":
            raise WrongState(f"The request is {self.state} already.")

    def _require_answerable(self, now: datetime) -> None:
        self._require_pending()
        if self.is_overdue(now):
            raise DeadlinePassed(f"The time to answer ended at {self.deadline:%Y-%m-%d %H:%M} UTC. Make a new request.")

    def _ended(self, state: State, now: datetime) -> "Request":
        return replace(self, state=state, ended_at=now, remind_at=None)

    def _fact(self, fact: type[Event], **more: str) -> Event:
        return fact(  # every fact of a request has these fields
            request_id=self.id,
            program_id=self.program_id,
            mentee_id=self.mentee_id,
            mentor_id=self.mentor_id,
            made_by=self.made_by,
            deadline=self.deadline,
            **more,
        )  # type: ignore[call-arg]
