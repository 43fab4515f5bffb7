"""A mentorship: a mentor and one or more mentees who agreed to work together, until it ends."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from contracts import Event
from contracts.fields import Role
from contracts.matching import (
    MentorshipConfirmed,
    MentorshipDeclined,
    MentorshipDeparted,
    MentorshipEnded,
    MentorshipExpired,
    MentorshipJoined,
    MentorshipPaused,
    MentorshipProposed,
    MentorshipResumed,
    MentorshipStarted,
    ReasonRecorded,
)
from matching.domain import calendar
from matching.domain.errors import DeadlinePassed
from servicekit.entity import Entity
from servicekit.refusals import WrongState

State = Literal["proposed", "active", "declined", "expired", "paused", "ended"]
EndReason = Literal["completed", "ended_early", "not_a_fit", "person_left", "erased"]
DeclineReason = Literal["no_time", "not_a_fit", "other_topic", "other"]
Reason = EndReason | DeclineReason
LIVE: tuple[State, ...] = ("proposed", "active", "paused")


@dataclass(frozen=True, kw_only=True)
class Mentorship(Entity):
    """`reason` and `ended_by` are for whoever ended it and the program's managers; everybody else reads `outcome`.

    One that a run proposes waits until `deadline` for `asked` to confirm; till then `started_at` is when it was
    proposed.
    """

    program_id: str
    mentor_id: str
    mentee_ids: tuple[str, ...]
    state: State = "active"
    request_id: str | None = None
    run_id: str | None = None
    asked: tuple[str, ...] = ()
    confirmed_by: tuple[str, ...] = ()
    deadline: datetime | None = None
    started_at: datetime
    ended_at: datetime | None = None
    reason: Reason | None = None
    ended_by: str | None = None

    @property
    def is_live(self) -> bool:
        """Whether it holds its seats."""
        return self.state in LIVE

    @property
    def outcome(self) -> Literal["completed", "ended"] | None:
        """How it ended, as everybody may know it."""
        if self.state != "ended":
            return None
        return "completed" if self.reason == "completed" else "ended"

    @property
    def people(self) -> tuple[str, ...]:
        """The mentor and the mentees."""
        return (self.mentor_id, *self.mentee_ids)

    def is_between(self, one: str, other: str) -> bool:
        """Whether one of the two mentors the other in it."""
        return (self.mentor_id == one and other in self.mentee_ids) or (
            self.mentor_id == other and one in self.mentee_ids
        )

    @property
    def sides(self) -> tuple[tuple[str, Role], ...]:
        """Each person with the role in which they hold a seat for it: the mentor once per mentee."""
        mentors: tuple[tuple[str, Role], ...] = ((self.mentor_id, "mentor"),) * len(self.mentee_ids)
        return (*mentors, *((mentee_id, "mentee") for mentee_id in self.mentee_ids))

    @staticmethod
    def start(
        *,
        id: str,
        program_id: str,
        mentor_id: str,
        mentee_id: str,
        request_id: str | None,
        now: datetime,
        run_id: str | None = None,
    ) -> tuple["Mentorship", Event]:
        """A new active mentorship."""
        mentorship = Mentorship(
            id=id,
            program_id=program_id,
            mentor_id=mentor_id,
            mentee_ids=(mentee_id,),
            request_id=request_id,
            run_id=run_id,
            started_at=now,
        )
        return mentorship, mentorship._fact(MentorshipStarted)

    @staticmethod
    def propose(
        *,
        id: str,
        program_id: str,
        mentor_id: str,
        mentee_id: str,
        run_id: str,
        asked: tuple[str, ...],
        within: str,
        now: datetime,
    ) -> tuple["Mentorship", Event]:
        """A pair of a run, which holds its seats while `asked` are to confirm it."""
        deadline = now + calendar.duration(within)
        mentorship = Mentorship(
            id=id,
            program_id=program_id,
            mentor_id=mentor_id,
            mentee_ids=(mentee_id,),
            state="proposed",
            run_id=run_id,
            asked=asked,
            deadline=deadline,
            started_at=now,
        )
        return mentorship, mentorship._fact(MentorshipProposed, deadline=deadline, run_id=run_id)

    def confirm(self, person_id: str, now: datetime) -> tuple["Mentorship", list[Event]]:
        """One of its people says yes; with the last of those who are asked it starts.

        Raises:
            WrongState: it is not proposed.
            DeadlinePassed: too late, though no clock has noticed yet.
        """
        self._require_answerable(now)
        confirmed = replace(self, confirmed_by=(*self.confirmed_by, person_id))
        told = [self._fact(MentorshipConfirmed, person_id=person_id)]
        if not set(self.asked) <= set(confirmed.confirmed_by):
            return confirmed, told
        started = replace(confirmed, state="active", started_at=now, deadline=None)
        return started, [*told, started._fact(MentorshipStarted)]

    def decline(self, reason: Reason, by: str | None, now: datetime) -> tuple["Mentorship", list[Event]]:
        """One of its people says no, or is gone (`by` None): the reason goes to the internal topic only."""
        self._require("proposed")
        declined = replace(self, state="declined", ended_at=now, reason=reason, ended_by=by, deadline=None)
        return declined, [self._fact(MentorshipDeclined), self._recorded(reason, by)]

    def is_overdue(self, now: datetime) -> bool:
        """Whether it was not confirmed in time."""
        return self.state == "proposed" and self.deadline is not None and self.deadline <= now

    def expire(self, now: datetime) -> tuple["Mentorship", Event]:
        """It was not confirmed before its deadline."""
        self._require("proposed")
        return replace(self, state="expired", ended_at=now, deadline=None), self._fact(MentorshipExpired)

    def join(self, mentee_id: str) -> tuple["Mentorship", Event]:
        """One mentee more in the group."""
        self._require("active", "paused")
        joined = replace(self, mentee_ids=(*self.mentee_ids, mentee_id))
        return joined, joined._fact(MentorshipJoined, person_id=mentee_id)

    def depart(self, mentee_id: str) -> tuple["Mentorship", Event]:
        """One mentee less in a group that goes on."""
        self._require("active", "paused")
        rest = replace(self, mentee_ids=tuple(one for one in self.mentee_ids if one != mentee_id))
        return rest, rest._fact(MentorshipDeparted, person_id=mentee_id)

    def pause(self) -> tuple["Mentorship", Event]:
        """It rests and keeps its seats."""
        self._require("active")
        return replace(self, state="paused"), self._fact(MentorshipPaused)

    def resume(self) -> tuple["Mentorship", Event]:
        """The rest is over."""
        self._require("paused")
        return replace(self, state="active"), self._fact(MentorshipResumed)

    def end(self, reason: EndReason, by: str | None, now: datetime) -> tuple["Mentorship", list[Event]]:
        """It is over; `by` is the person who ended it, None for a clock or an HR fact."""
        self._require("active", "paused")
        ended = replace(self, state="ended", ended_at=now, reason=reason, ended_by=by)
        return ended, [self._fact(MentorshipEnded, outcome=ended.outcome), self._recorded(reason, by)]

    def _recorded(self, reason: Reason, by: str | None) -> Event:
        return ReasonRecorded(
            subject="mentorship",
            subject_id=self.id,
            program_id=self.program_id,
            mentor_id=self.mentor_id,
            mentee_ids=self.mentee_ids,
            given_by=by,
            reason=reason,
        )

    def _require_answerable(self, now: datetime) -> None:
        self._require("proposed")
        if self.is_overdue(now):
            raise DeadlinePassed(f"The time to confirm ended at {self.deadline:%Y-%m-%d %H:%M} UTC.")

    def _require(self, *states: State) -> None:
        if self.state not in states:
            raise WrongState(f"The mentorship is {self.state}; this needs it to be {' or '.join(states)}.")

    def _fact(self, fact: type[Event], **more: object) -> Event:
        return fact(  # every fact of a mentorship has these fields
            mentorship_id=self.id,
            program_id=self.program_id,
            mentor_id=self.mentor_id,
            mentee_ids=self.mentee_ids,
            request_id=self.request_id,
            **more,
        )  # type: ignore[call-arg]
