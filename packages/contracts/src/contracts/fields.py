"""The kinds of value that events are made of, each with its limits and a sentence for the catalogue."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

# One id type per noun, so that the catalogue says what a field points at.
ClientId = Annotated[str, Meta(min_length=1, max_length=64, description="A client (`cli_`).")]
DeliveryId = Annotated[str, Meta(min_length=1, max_length=64, description="A delivery (`dlv_`).")]
EnrolmentId = Annotated[str, Meta(min_length=1, max_length=64, description="An enrolment (`enr_`).")]
ErasureId = Annotated[str, Meta(min_length=1, max_length=64, description="An erasure (`era_`).")]
GoalId = Annotated[str, Meta(min_length=1, max_length=64, description="A goal (`gol_`).")]
ImportId = Annotated[str, Meta(min_length=1, max_length=64, description="An import of people (`imp_`).")]
InvitationId = Annotated[str, Meta(min_length=1, max_length=64, description="An invitation to a survey (`inv_`).")]
MentorshipId = Annotated[str, Meta(min_length=1, max_length=64, description="A mentorship (`mnt_`).")]
MessageId = Annotated[str, Meta(min_length=1, max_length=64, description="A message to one person (`msg_`).")]
NudgeId = Annotated[str, Meta(min_length=1, max_length=64, description="A nudge (`ndg_`).")]
PersonId = Annotated[str, Meta(min_length=1, max_length=64, description="A person (`prs_`).")]
ProgramId = Annotated[str, Meta(min_length=1, max_length=64, description="A program (`prg_`).")]
RecognitionId = Annotated[str, Meta(min_length=1, max_length=64, description="A recognition (`rec_`).")]
RequestId = Annotated[str, Meta(min_length=1, max_length=64, description="A request (`req_`).")]
ReviewId = Annotated[str, Meta(min_length=1, max_length=64, description="A review (`rev_`).")]
RunId = Annotated[str, Meta(min_length=1, max_length=64, description="A run of the match (`run_`).")]
SessionId = Annotated[str, Meta(min_length=1, max_length=64, description="A session (`ses_`).")]
SkillId = Annotated[str, Meta(min_length=1, max_length=64, description="A skill of the vocabulary (`skl_`).")]
SubscriptionId = Annotated[str, Meta(min_length=1, max_length=64, description="A webhook subscription (`sub_`).")]
SurveyId = Annotated[str, Meta(min_length=1, max_length=64, description="A survey (`srv_`).")]
ThemeId = Annotated[str, Meta(min_length=1, max_length=64, description="A theme of the vocabulary (`thm_`).")]

Mentees = Annotated[
    tuple[PersonId, ...], Meta(max_length=100, description="The mentees of the mentorship; several in a group.")
]
Moment = Annotated[datetime, Meta(tz=True, description="A moment, RFC 3339, UTC.")]
Code = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern="^[a-z][a-z0-9_]*$",
        description="A code; the list may grow, so read one you do not know as `other`.",
    ),
]
Count = Annotated[int, Meta(ge=0, le=10_000_000, description="How many.")]
Text = Annotated[str, Meta(max_length=500)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Duration = Annotated[
    str, Meta(min_length=2, max_length=16, pattern="^P[0-9]+[DW]$", description="ISO 8601 days or weeks, e.g. `P7D`.")
]
ClockTime = Annotated[
    str,
    Meta(
        min_length=5,
        max_length=5,
        pattern="^[0-2][0-9]:[0-5][0-9]$",
        description="Local time, `09:00`; `24:00` ends a day.",
    ),
]
TimeZone = Annotated[str, Meta(min_length=1, max_length=64, description="An IANA time zone, e.g. `Europe/Berlin`.")]
Language = Annotated[str, Meta(min_length=2, max_length=35, description="A BCP 47 tag, e.g. `de`.")]

ProgramKind = Literal["one_to_one", "group", "peer", "reverse", "flash"]
Role = Literal["mentor", "mentee"]
