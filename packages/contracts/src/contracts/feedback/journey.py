"""The rest of a mentorship's journey: agreement, goals, milestones, fit, health."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from contracts.fields import Code, GoalId, Mentees, MentorshipId, PersonId, ProgramId
from contracts.registry import Event, about, fact, state

READERS = ("notifications",)
MATCH_TOO = ("matching", "notifications")


@dataclass(frozen=True, kw_only=True)
class _JourneyFact(Event):
    mentorship_id: MentorshipId
    program_id: ProgramId
    mentor_id: PersonId
    mentee_ids: Mentees


about("feedback.agreement", "That a pair agreed how to work together. Never what they agreed.")


@fact("feedback.agreement", "agreed", key="mentorship_id", visibility="public", consumers=READERS)
class AgreementAgreed(_JourneyFact):
    """All people of the mentorship agreed to its agreement."""


about("feedback.goal", "That goals are set and reached. Never what they are.")


@dataclass(frozen=True, kw_only=True)
class _GoalFact(_JourneyFact):
    goal_id: GoalId
    mentee_id: Annotated[PersonId, Meta(description="Whose goal it is.")]


@fact("feedback.goal", "set", key="goal_id", visibility="public", consumers=READERS)
class GoalSet(_GoalFact):
    """A mentee set a goal."""


@fact("feedback.goal", "achieved", key="goal_id", visibility="public", consumers=READERS)
class GoalAchieved(_GoalFact):
    """The mentee reached it."""


@fact("feedback.goal", "dropped", key="goal_id", visibility="public", consumers=READERS)
class GoalDropped(_GoalFact):
    """The mentee gave it up."""


about("feedback.milestone", "The steps that the program expects of each mentorship: due, reached, overdue.")


@dataclass(frozen=True, kw_only=True)
class _MilestoneFact(_JourneyFact):
    milestone_key: Annotated[Code, Meta(description="The milestone's key in the program's plan.")]
    due_on: date


@fact("feedback.milestone", "due", key="mentorship_id", visibility="public", consumers=READERS)
class MilestoneDue(_MilestoneFact):
    """The day of the milestone has come."""


@fact("feedback.milestone", "reached", key="mentorship_id", visibility="public", consumers=READERS)
class MilestoneReached(_MilestoneFact):
    """The mentorship reached it."""


@fact("feedback.milestone", "overdue", key="mentorship_id", visibility="public", consumers=READERS)
class MilestoneOverdue(_MilestoneFact):
    """Its day passed and it was not reached."""


about("feedback.fit", "Whether each person of a young mentorship finds that it fits; a doubt offers a re-match.")


@dataclass(frozen=True, kw_only=True)
class _FitFact(_JourneyFact):
    person_id: Annotated[PersonId, Meta(description="Who said so.")]


@fact("feedback.fit", "confirmed", key="mentorship_id", visibility="internal", consumers=MATCH_TOO)
class FitConfirmed(_FitFact):
    """The person finds that the mentorship fits."""


@fact("feedback.fit", "doubted", key="mentorship_id", visibility="internal", consumers=MATCH_TOO)
class FitDoubted(_FitFact):
    """The person doubts it."""


about(
    "feedback.health",
    "How each mentorship goes, computed from dates and attendance only.",
    personal=True,
)


@state("feedback.health", "changed", key="mentorship_id", visibility="internal", consumers=READERS)
class HealthChanged(Event):
    """The level or its reasons changed."""

    mentorship_id: MentorshipId
    program_id: ProgramId
    level: Literal["thriving", "steady", "at_risk", "silent"]
    reasons: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()


@state("feedback.health", "erased", key="mentorship_id", visibility="internal", consumers=READERS)
class HealthErased(Event):
    """The mentorship's health is no longer kept."""

    mentorship_id: MentorshipId
