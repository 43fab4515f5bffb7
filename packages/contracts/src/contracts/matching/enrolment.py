"""Enrolments: a person's place in a program, as mentor or as mentee."""

from dataclasses import dataclass

from contracts.fields import EnrolmentId, PersonId, ProgramId, Role
from contracts.registry import Event, about, fact

READERS = ("feedback", "notifications")

about("matching.enrolment", "Each person's place in a program: asked for, decided on, paused, given up.")


@dataclass(frozen=True, kw_only=True)
class _EnrolmentFact(Event):
    enrolment_id: EnrolmentId
    program_id: ProgramId
    person_id: PersonId
    role: Role


@fact("matching.enrolment", "applied", key="enrolment_id", visibility="public", consumers=READERS)
class EnrolmentApplied(_EnrolmentFact):
    """Somebody applied, or was put forward by a manager."""


@fact("matching.enrolment", "approved", key="enrolment_id", visibility="public", consumers=READERS)
class EnrolmentApproved(_EnrolmentFact):
    """The place was granted, at once or from the waitlist."""


@fact("matching.enrolment", "rejected", key="enrolment_id", visibility="public", consumers=READERS)
class EnrolmentRejected(_EnrolmentFact):
    """The place was refused."""


@fact("matching.enrolment", "waitlisted", key="enrolment_id", visibility="public", consumers=READERS)
class EnrolmentWaitlisted(_EnrolmentFact):
    """The program is full; the person waits for a place."""


@fact("matching.enrolment", "changed", key="enrolment_id", visibility="public", consumers=READERS)
class EnrolmentChanged(_EnrolmentFact):
    """Capacity or wishes of the place changed; neither is published."""


@fact("matching.enrolment", "paused", key="enrolment_id", visibility="public", consumers=READERS)
class EnrolmentPaused(_EnrolmentFact):
    """The person takes no new mentorship in this program for now."""


@fact("matching.enrolment", "resumed", key="enrolment_id", visibility="public", consumers=READERS)
class EnrolmentResumed(_EnrolmentFact):
    """The pause is over."""


@fact("matching.enrolment", "withdrawn", key="enrolment_id", visibility="public", consumers=READERS)
class EnrolmentWithdrawn(_EnrolmentFact):
    """The place was given up, or its person left."""
