"""Requests: a mentee asks a mentor, or a mentor offers."""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from contracts.fields import MentorshipId, Moment, PersonId, ProgramId, RequestId, Role
from contracts.registry import Event, about, fact

READERS = ("feedback", "notifications")

about("matching.request", "Each request from being made to its one end. Why one was declined is not in it.")


@dataclass(frozen=True, kw_only=True)
class _RequestFact(Event):
    request_id: RequestId
    program_id: ProgramId
    mentee_id: PersonId
    mentor_id: PersonId
    made_by: Annotated[Role, Meta(description="The side that asked; the other side answers.")]
    deadline: Annotated[Moment, Meta(description="Until when it can be answered, UTC.")]


@fact("matching.request", "made", key="request_id", visibility="public", consumers=READERS)
class RequestMade(_RequestFact):
    """One side asked the other."""


@fact("matching.request", "reminded", key="request_id", visibility="public", consumers=READERS)
class RequestReminded(_RequestFact):
    """No answer yet; the side that must answer is reminded."""


@fact("matching.request", "accepted", key="request_id", visibility="public", consumers=READERS)
class RequestAccepted(_RequestFact):
    """The other side said yes; the mentorship that follows is named."""

    mentorship_id: MentorshipId


@fact("matching.request", "declined", key="request_id", visibility="public", consumers=READERS)
class RequestDeclined(_RequestFact):
    """The other side said no; the reason stays internal."""


@fact("matching.request", "withdrawn", key="request_id", visibility="public", consumers=READERS)
class RequestWithdrawn(_RequestFact):
    """The side that asked took it back."""


@fact("matching.request", "expired", key="request_id", visibility="public", consumers=READERS)
class RequestExpired(_RequestFact):
    """Nobody answered before the deadline."""


@fact("matching.request", "superseded", key="request_id", visibility="public", consumers=READERS)
class RequestSuperseded(_RequestFact):
    """Events overtook it: the wish was met, the seat was taken, somebody left, or the program closed."""

    cause: Literal["wish_met", "no_seat", "person_gone", "program_closed"]


@fact("matching.request", "rerouted", key="request_id", visibility="public", consumers=READERS)
class RequestRerouted(_RequestFact):
    """It expired, and the mentee's next choice was asked in its place."""

    next_request_id: RequestId
    next_mentor_id: PersonId
