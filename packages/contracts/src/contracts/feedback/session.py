"""Sessions: the meetings of a mentorship."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from contracts.fields import Mentees, MentorshipId, Moment, PersonId, ProgramId, SessionId
from contracts.registry import Event, about, fact

READERS = ("matching", "notifications")

about(
    "feedback.session", "The meetings of mentorships: when, how long, and whether they took place. Never what was said."
)


@dataclass(frozen=True, kw_only=True)
class _SessionFact(Event):
    session_id: SessionId
    mentorship_id: MentorshipId
    program_id: ProgramId
    mentor_id: PersonId
    mentee_ids: Mentees
    starts_at: Annotated[Moment, Meta(description="When it starts, UTC.")]
    minutes: Annotated[int, Meta(ge=1, le=1440, description="How long it lasts.")]
    revision: Annotated[
        int, Meta(ge=0, le=1_000_000, description="Rises when it is rescheduled or cancelled; iCalendar's SEQUENCE.")
    ]


@fact("feedback.session", "scheduled", key="session_id", visibility="public", consumers=READERS)
class SessionScheduled(_SessionFact):
    """A meeting was arranged."""


@fact("feedback.session", "rescheduled", key="session_id", visibility="public", consumers=READERS)
class SessionRescheduled(_SessionFact):
    """The same meeting was moved to `starts_at`."""


@fact("feedback.session", "reminded", key="session_id", visibility="public", consumers=READERS)
class SessionReminded(_SessionFact):
    """The meeting is near; its people are reminded."""


@fact("feedback.session", "held", key="session_id", visibility="public", consumers=READERS)
class SessionHeld(_SessionFact):
    """The meeting took place."""


@fact("feedback.session", "missed", key="session_id", visibility="public", consumers=READERS)
class SessionMissed(_SessionFact):
    """The meeting did not take place, or nobody said that it did."""


@fact("feedback.session", "cancelled", key="session_id", visibility="public", consumers=READERS)
class SessionCancelled(_SessionFact):
    """The meeting was called off."""
