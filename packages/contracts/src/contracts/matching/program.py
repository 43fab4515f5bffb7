"""Programs: their course as facts for everybody, and their plan as a snapshot for the services that carry it out."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from contracts.fields import Code, Duration, EnrolmentId, Name, PersonId, ProgramId, ProgramKind, Role, TimeZone
from contracts.registry import Event, about, fact, state

READERS = ("feedback", "notifications")

about("matching.program", "The course of each program: `draft`, `open`, `running`, `closing`, `closed`.")


@dataclass(frozen=True, kw_only=True)
class _ProgramFact(Event):
    program_id: ProgramId
    kind: ProgramKind
    starts_on: Annotated[date, Meta(description="First day of mentoring, in the program's time zone.")]
    ends_on: Annotated[date, Meta(description="Last day of mentoring, in the program's time zone.")]


@fact("matching.program", "created", key="program_id", visibility="public", consumers=READERS)
class ProgramCreated(_ProgramFact):
    """A program exists as a draft."""


@fact("matching.program", "opened", key="program_id", visibility="public", consumers=READERS)
class ProgramOpened(_ProgramFact):
    """People may enrol."""


@fact("matching.program", "started", key="program_id", visibility="public", consumers=READERS)
class ProgramStarted(_ProgramFact):
    """Mentoring runs."""


@fact("matching.program", "changed", key="program_id", visibility="public", consumers=READERS)
class ProgramChanged(_ProgramFact):
    """The program's definition changed; its plan carries the new one."""


@fact("matching.program", "closing", key="program_id", visibility="public", consumers=READERS)
class ProgramClosing(_ProgramFact):
    """The end was reached: nothing new starts, mentorships are being ended."""


@fact("matching.program", "closed", key="program_id", visibility="public", consumers=READERS)
class ProgramClosed(_ProgramFact):
    """The program is over and can only be read."""


@fact("matching.program", "vacated", key="program_id", visibility="public", consumers=READERS)
class ProgramVacated(_ProgramFact):
    """A place is free, somebody waits for it, and the program leaves it to its managers who gets it."""

    role: Role
    enrolment_id: Annotated[EnrolmentId, Meta(description="The enrolment that has waited longest.")]
    managers: Annotated[tuple[PersonId, ...], Meta(description="Who decides.")]


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """A step that the program expects of every mentorship."""

    key: Code
    title: Name
    due_after: Annotated[Duration, Meta(description="Counted from the day the mentorship started.")]


@dataclass(frozen=True, kw_only=True)
class Journey:
    """What the program expects of a mentorship."""

    session_every: Annotated[Duration, Meta(description="How often the pair should meet.")] = "P14D"
    first_session_within: Annotated[Duration, Meta(description="Counted from the start of the mentorship.")] = "P14D"
    sessions: Annotated[int, Meta(ge=0, le=1000, description="Sessions expected in all; 0 says nothing.")] = 0
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RequestTerms:
    """How long a request may wait, and what happens when nobody answers."""

    answer_within: Duration = "P7D"
    remind_after: Duration = "P4D"
    on_no_answer: Literal["suggest", "next_choice"] = "suggest"


@dataclass(frozen=True, kw_only=True)
class SurveyPlan:
    """A survey that the program sends, some time after it started."""

    key: Code
    opens_after: Duration
    open_for: Duration = "P14D"


about("matching.plan", "The newest definition of each program, for the services that carry it out.")


@state("matching.plan", "changed", key="program_id", visibility="internal", consumers=READERS)
class PlanChanged(Event):
    """A program was created or changed, or moved to another state."""

    program_id: ProgramId
    name: Name
    kind: ProgramKind
    state: Literal["draft", "open", "running", "closing", "closed"]
    managers: tuple[PersonId, ...] = ()
    starts_on: date
    ends_on: date
    time_zone: TimeZone = "UTC"
    journey: Journey = Journey()
    requests: RequestTerms = RequestTerms()
    surveys: tuple[SurveyPlan, ...] = ()
