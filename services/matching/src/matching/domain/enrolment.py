"""An enrolment: a person's place in a program, as mentor or as mentee."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from contracts import Event
from contracts.fields import Role
from contracts.matching import (
    EnrolmentApplied,
    EnrolmentApproved,
    EnrolmentChanged,
    EnrolmentPaused,
    EnrolmentRejected,
    EnrolmentResumed,
    EnrolmentWaitlisted,
    EnrolmentWithdrawn,
)
from servicekit.entity import Entity
from servicekit.refusals import FieldError, InvalidInput, WrongState

State = Literal["applied", "approved", "rejected", "waitlisted", "paused", "withdrawn"]
LIVE: tuple[State, ...] = ("applied", "approved", "waitlisted", "paused")
MOST_WISHES: dict[Role, int] = {"mentee": 5, "mentor": 10}


@dataclass(frozen=True, kw_only=True)
class Enrolment(Entity):
    """`capacity` is how many mentees a mentor takes here, or how many mentors a mentee wants; `wishes` are ranked.

    `as_profile` says that a mentor gave the place no number of its own: it has their profile's, whatever that becomes.
    """

    program_id: str
    person_id: str
    role: Role
    state: State = "applied"
    capacity: int = 1
    as_profile: bool = False
    wishes: tuple[str, ...] = ()
    applied_at: datetime
    changed_at: datetime

    @property
    def is_live(self) -> bool:
        """Whether it is neither refused nor given up."""
        return self.state in LIVE

    def apply(self) -> tuple["Enrolment", Event]:
        """The new enrolment, checked."""
        _check_whose(self)
        _check_wishes(self)
        return self, self._fact(EnrolmentApplied)

    def change(
        self, capacity: int, as_profile: bool, wishes: tuple[str, ...], now: datetime
    ) -> tuple["Enrolment", Event]:
        """With other numbers and wishes."""
        if not self.is_live:
            raise WrongState(f"The enrolment is {self.state}; it can only be read.")
        changed = replace(self, capacity=capacity, as_profile=as_profile, wishes=wishes, changed_at=now)
        _check_whose(changed)
        _check_wishes(changed)
        return changed, self._fact(EnrolmentChanged)

    def follow(self, capacity: int, now: datetime) -> tuple["Enrolment", Event]:
        """The profile says another number by now, and the place with it."""
        return replace(self, capacity=capacity, changed_at=now), self._fact(EnrolmentChanged)

    def approve(self, own_limit: int, now: datetime) -> tuple["Enrolment", Event]:
        """The place is granted; `own_limit` is what the person's profile says by now."""
        approved, event = self._move("approved", EnrolmentApproved, now, "applied", "waitlisted")
        return (replace(approved, capacity=own_limit) if self.as_profile else approved), event

    def reject(self, now: datetime) -> tuple["Enrolment", Event]:
        """The place is refused."""
        return self._move("rejected", EnrolmentRejected, now, "applied", "waitlisted")

    def wait(self, now: datetime) -> tuple["Enrolment", Event]:
        """The person waits for a place."""
        return self._move("waitlisted", EnrolmentWaitlisted, now, "applied")

    def pause(self, now: datetime) -> tuple["Enrolment", Event]:
        """The person takes nothing new for now."""
        return self._move("paused", EnrolmentPaused, now, "approved")

    def resume(self, now: datetime) -> tuple["Enrolment", Event]:
        """The pause is over."""
        return self._move("approved", EnrolmentResumed, now, "paused")

    def withdraw(self, now: datetime) -> tuple["Enrolment", Event]:
        """The place is given up."""
        return self._move("withdrawn", EnrolmentWithdrawn, now, *LIVE)

    def _move(self, state: State, fact: type[Event], now: datetime, *allowed: State) -> tuple["Enrolment", Event]:
        if self.state not in allowed:
            raise WrongState(f"The enrolment is {self.state}; this needs it to be {' or '.join(allowed)}.")
        return replace(self, state=state, changed_at=now), self._fact(fact)

    def _fact(self, fact: type[Event]) -> Event:
        return fact(  # every fact of an enrolment has these fields
            enrolment_id=self.id, program_id=self.program_id, person_id=self.person_id, role=self.role
        )  # type: ignore[call-arg]


def _check_whose(enrolment: Enrolment) -> None:
    if enrolment.as_profile and enrolment.role != "mentor":
        about = FieldError(
            "/as_profile", "is for mentors; a profile says nothing about how many mentors somebody wants"
        )
        raise InvalidInput("The capacity cannot be like this.", [about])


def _check_wishes(enrolment: Enrolment) -> None:
    errors = []
    most = MOST_WISHES[enrolment.role]
    if len(enrolment.wishes) > most:
        errors.append(FieldError("/wishes", f"at most {most} for a {enrolment.role}"))
    if len(set(enrolment.wishes)) < len(enrolment.wishes):
        errors.append(FieldError("/wishes", "each person once"))
    if enrolment.person_id in enrolment.wishes:
        errors.append(FieldError("/wishes", "nobody can wish for themselves"))
    if errors:
        raise InvalidInput("The wishes cannot be like this.", errors)
