"""Mentorships: a mentor and one or more mentees who agreed to work together, and the reasons that stay internal."""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from contracts.fields import (
    Code,
    Count,
    ErasureId,
    Mentees,
    MentorshipId,
    Moment,
    PersonId,
    ProgramId,
    RequestId,
    RunId,
)
from contracts.registry import Event, about, fact

READERS = ("feedback", "notifications")

about(
    "matching.mentorship",
    "The course of each mentorship. One from an accepted request starts at once; one that a manager or a run "
    "proposes is confirmed first.",
)


@dataclass(frozen=True, kw_only=True)
class _MentorshipFact(Event):
    mentorship_id: MentorshipId
    program_id: ProgramId
    mentor_id: PersonId
    mentee_ids: Mentees
    request_id: Annotated[RequestId | None, Meta(description="The request that it came from, if one did.")] = None


@fact("matching.mentorship", "proposed", key="mentorship_id", visibility="public", consumers=READERS)
class MentorshipProposed(_MentorshipFact):
    """A manager or a run proposes the mentorship; its people confirm before the deadline."""

    deadline: Annotated[Moment, Meta(description="Until when it can be confirmed, UTC.")]
    run_id: Annotated[RunId | None, Meta(description="The run that proposed it, if one did.")] = None


@fact("matching.mentorship", "confirmed", key="mentorship_id", visibility="public", consumers=READERS)
class MentorshipConfirmed(_MentorshipFact):
    """One of its people said yes; it starts when all whom the program asks have."""

    person_id: Annotated[PersonId, Meta(description="Who confirmed.")]


@fact("matching.mentorship", "started", key="mentorship_id", visibility="public", consumers=READERS)
class MentorshipStarted(_MentorshipFact):
    """The mentorship is active, its seats are taken, its journey begins."""


@fact("matching.mentorship", "joined", key="mentorship_id", visibility="public", consumers=READERS)
class MentorshipJoined(_MentorshipFact):
    """A mentee joined the group; `mentee_ids` are those after it."""

    person_id: Annotated[PersonId, Meta(description="Who joined.")]


@fact("matching.mentorship", "departed", key="mentorship_id", visibility="public", consumers=READERS)
class MentorshipDeparted(_MentorshipFact):
    """A mentee left the group, which goes on; `mentee_ids` are those after it."""

    person_id: Annotated[PersonId, Meta(description="Who departed.")]


@fact("matching.mentorship", "paused", key="mentorship_id", visibility="public", consumers=READERS)
class MentorshipPaused(_MentorshipFact):
    """The mentorship rests; it keeps its seats."""


@fact("matching.mentorship", "resumed", key="mentorship_id", visibility="public", consumers=READERS)
class MentorshipResumed(_MentorshipFact):
    """The rest is over."""


@fact("matching.mentorship", "declined", key="mentorship_id", visibility="public", consumers=READERS)
class MentorshipDeclined(_MentorshipFact):
    """One of its people said no to the proposal; its seats are free again."""


@fact("matching.mentorship", "expired", key="mentorship_id", visibility="public", consumers=READERS)
class MentorshipExpired(_MentorshipFact):
    """The proposal was not confirmed before its deadline; its seats are free again."""


@fact("matching.mentorship", "ended", key="mentorship_id", visibility="public", consumers=READERS)
class MentorshipEnded(_MentorshipFact):
    """The mentorship is over and its seats are free. Why it ended early stays internal, in `matching.reason`."""

    outcome: Annotated[
        Literal["completed", "ended"],
        Meta(description="`completed`: it ran its course. `ended`: it stopped before, for whatever reason."),
    ]


about("matching.reason", "Why a request was declined or a mentorship ended: codes that no participant may see.")


@fact("matching.reason", "recorded", key="subject_id", visibility="internal", consumers=("feedback",))
class ReasonRecorded(Event):
    """A request was declined, or a mentorship declined or ended, for this reason."""

    subject: Literal["request", "mentorship"]
    subject_id: Annotated[
        str, Meta(min_length=1, max_length=64, description="The request (`req_`) or the mentorship (`mnt_`).")
    ]
    program_id: ProgramId
    mentor_id: PersonId
    mentee_ids: Mentees
    given_by: Annotated[PersonId | None, Meta(description="Who gave the reason; nobody when a clock ended it.")] = None
    reason: Annotated[
        Code,
        Meta(description="E.g. `no_time`, `not_a_fit`, `ended_early`, `person_left`, `erased`; the list may grow."),
    ]


about("matching.receipt", "What `matching` destroyed for each erasure.")


@fact("matching.receipt", "recorded", key="erasure_id", visibility="internal", consumers=("profiles",))
class ReceiptRecorded(Event):
    """The service destroyed what it kept about the person, counted by kind of data."""

    erasure_id: ErasureId
    person_id: PersonId
    destroyed: Annotated[dict[Code, Count], Meta(description="How many of each kind of data.")]
