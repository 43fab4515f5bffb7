"""What people say about sessions and programs, as facts without a word of it: reviews, surveys, nudges, recognition."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from msgspec import Meta

from contracts.fields import (
    Code,
    Count,
    ErasureId,
    InvitationId,
    MentorshipId,
    NudgeId,
    PersonId,
    ProgramId,
    RecognitionId,
    ReviewId,
    SessionId,
    SurveyId,
)
from contracts.registry import Event, about, fact

READERS = ("notifications",)

about("feedback.review", "That one side reviewed a session for the other. Never the rating or the words.")


@dataclass(frozen=True, kw_only=True)
class _ReviewFact(Event):
    review_id: ReviewId
    session_id: SessionId
    mentorship_id: MentorshipId
    program_id: ProgramId
    author_id: Annotated[PersonId, Meta(description="Who writes it.")]
    addressee_id: Annotated[PersonId, Meta(description="Who may read it once it is revealed.")]


@fact("feedback.review", "due", key="review_id", visibility="internal", consumers=READERS)
class ReviewDue(_ReviewFact):
    """A session was held; its author is asked for a review."""


@fact("feedback.review", "given", key="review_id", visibility="internal", consumers=READERS)
class ReviewGiven(_ReviewFact):
    """The author gave it; it is not yet readable."""


@fact("feedback.review", "revealed", key="review_id", visibility="internal", consumers=READERS)
class ReviewRevealed(_ReviewFact):
    """Both sides gave theirs, or time passed: the addressee can read it."""


@fact("feedback.review", "lapsed", key="review_id", visibility="internal", consumers=READERS)
class ReviewLapsed(_ReviewFact):
    """It was not given in time."""


about("feedback.survey", "Surveys of participants: opened and closed. Answers are anonymous and never published.")


@fact("feedback.survey", "opened", key="survey_id", visibility="public", consumers=READERS)
class SurveyOpened(Event):
    """Invitations went out."""

    survey_id: SurveyId
    program_id: ProgramId
    closes_on: date
    invited: Count


@fact("feedback.survey", "closed", key="survey_id", visibility="public", consumers=READERS)
class SurveyClosed(Event):
    """Nobody can answer any more."""

    survey_id: SurveyId
    program_id: ProgramId
    invited: Count
    answered: Annotated[Count | None, Meta(description="How many answered; withheld when fewer than five did.")] = None


about("feedback.invitation", "Who is invited to which survey; never who answered.")


@dataclass(frozen=True, kw_only=True)
class _InvitationFact(Event):
    invitation_id: InvitationId
    survey_id: SurveyId
    program_id: ProgramId
    person_id: PersonId


@fact("feedback.invitation", "sent", key="invitation_id", visibility="internal", consumers=READERS)
class InvitationSent(_InvitationFact):
    """Somebody is invited to answer a survey."""


@fact("feedback.invitation", "reminded", key="invitation_id", visibility="internal", consumers=READERS)
class InvitationReminded(_InvitationFact):
    """The survey closes soon."""


about("feedback.nudge", "A manager's gentle push to somebody in a program.")


@fact("feedback.nudge", "sent", key="nudge_id", visibility="internal", consumers=READERS)
class NudgeSent(Event):
    """A manager nudged somebody."""

    nudge_id: NudgeId
    program_id: ProgramId
    mentorship_id: MentorshipId | None = None
    person_id: Annotated[PersonId, Meta(description="Who is nudged.")]
    sender_id: Annotated[PersonId, Meta(description="Who nudged.")]
    about: Annotated[Code, Meta(description="What to do, e.g. `schedule_session`; the list may grow.")]


about("feedback.recognition", "A thank-you from one participant to another. Never its words.")


@fact("feedback.recognition", "given", key="recognition_id", visibility="internal", consumers=READERS)
class RecognitionGiven(Event):
    """Somebody thanked somebody."""

    recognition_id: RecognitionId
    program_id: ProgramId
    mentorship_id: MentorshipId
    giver_id: PersonId
    receiver_id: PersonId


about("feedback.receipt", "What `feedback` destroyed for each erasure.")


@fact("feedback.receipt", "recorded", key="erasure_id", visibility="internal", consumers=("profiles",))
class ReceiptRecorded(Event):
    """The service destroyed what it kept about the person, counted by kind of data."""

    erasure_id: ErasureId
    person_id: PersonId
    destroyed: Annotated[dict[Code, Count], Meta(description="How many of each kind of data.")]
