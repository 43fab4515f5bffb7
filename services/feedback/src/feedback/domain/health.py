"""Health: how a mentorship goes, from dates and attendance only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from contracts.feedback import HealthChanged
from feedback.domain.journey import Journey
from feedback.domain.known import Plan
from feedback.domain.session import Session
from servicekit.entity import Entity

Level = Literal["thriving", "steady", "at_risk", "silent"]
CHECK_EVERY = timedelta(days=1)
IN_RHYTHM = 3
DEFAULT_RHYTHM_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Health(Entity):
    """The newest level of one mentorship with its reason codes; the id is the mentorship's.

    `check_at` is when time alone may have changed it; None while the mentorship is paused or over.
    """

    program_id: str
    mentor_id: str
    mentee_ids: tuple[str, ...]
    level: Level
    reasons: tuple[str, ...]
    live: bool
    check_at: datetime | None
    changed_at: datetime

    def recomputed(
        self, journey: Journey, sessions: Sequence[Session], plan: Plan | None, now: datetime
    ) -> tuple["Health", tuple[HealthChanged, ...]]:
        """What the sessions say now; one that is paused or over keeps its last level."""
        people = replace(
            self, mentor_id=journey.mentor_id, mentee_ids=journey.mentee_ids, live=journey.state != "ended"
        )
        if journey.state != "active":
            return replace(people, check_at=None), ()
        level, reasons = assess(journey, sessions, plan, now)
        checked = replace(people, check_at=now + CHECK_EVERY)
        if (level, reasons) == (self.level, self.reasons) and self.version:
            return checked, ()
        changed = replace(checked, level=level, reasons=reasons, changed_at=now)
        fact = HealthChanged(mentorship_id=self.id, program_id=self.program_id, level=level, reasons=reasons)
        return changed, (fact,)


def unknown(journey: Journey, now: datetime) -> Health:
    """The health of a journey nobody has looked at yet."""
    return Health(
        id=journey.id,
        program_id=journey.program_id,
        mentor_id=journey.mentor_id,
        mentee_ids=journey.mentee_ids,
        level="steady",
        reasons=(),
        live=True,
        check_at=now,
        changed_at=now,
    )


def assess(
    journey: Journey, sessions: Sequence[Session], plan: Plan | None, now: datetime
) -> tuple[Level, tuple[str, ...]]:
    """The level and its reason codes.

    With the program's rhythm of `session_every_days`: `silent` after three rhythms without a session and none planned,
    `at_risk` after two, or when two sessions in a row were missed, or when none is planned in the time that the program
    gives for the first; `thriving` when the last three were all held, in rhythm, and the next has a date.
    """
    rhythm = timedelta(days=plan.session_every_days if plan else DEFAULT_RHYTHM_DAYS)
    first_within = timedelta(days=plan.first_session_within_days if plan else DEFAULT_RHYTHM_DAYS)
    concluded = sorted((one for one in sessions if one.state in ("held", "missed")), key=lambda one: one.starts_at)
    held = [one for one in concluded if one.state == "held"]
    planned = any(one.state == "scheduled" for one in sessions)
    quiet = now - max(journey.active_since, *(_met_at(one) for one in held), journey.started_at)
    gap = "no_recent_session" if held else "nothing_held_yet"
    patience = 2 * rhythm if held else first_within
    if not planned and quiet > patience + rhythm:
        return "silent", (gap, "nothing_planned")
    if len(concluded) > 1 and all(one.state == "missed" for one in concluded[-2:]):
        return "at_risk", ("missed_in_a_row",)
    if not planned and quiet > patience:
        return "at_risk", (gap, "nothing_planned")
    recent = concluded[-IN_RHYTHM:]
    if planned and len(recent) == IN_RHYTHM and quiet <= 2 * rhythm and all(one.state == "held" for one in recent):
        return "thriving", ("meeting_in_rhythm",)
    return "steady", ("meeting",) if held else ("just_started",)


def _met_at(session: Session) -> datetime:
    """When the two really met: a session may be entered afterwards, or held before its date."""
    return session.starts_at if session.held_at is None else min(session.starts_at, session.held_at)
