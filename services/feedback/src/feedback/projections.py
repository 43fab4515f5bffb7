"""Programs, places and people as other services tell them, folded into what this one keeps."""

from collections.abc import Sequence
from typing import Literal

from contracts.matching import PlanChanged
from contracts.profiles import PersonChanged
from feedback.domain.known import Participation, Person, Plan, PlannedMilestone
from feedback.ports import Unit

ParticipationState = Literal["applied", "approved", "rejected", "waitlisted", "paused", "withdrawn"]


def keep_plan(unit: Unit, told: PlanChanged) -> None:
    """The newest plan of a program is the whole truth about it."""
    held = unit.get(Plan, told.program_id)
    plan = Plan(
        id=told.program_id,
        version=held.version if held else 0,
        name=told.name,
        kind=told.kind,
        state=told.state,
        managers=told.managers,
        session_every_days=days(told.journey.session_every),
        first_session_within_days=days(told.journey.first_session_within),
        milestones=tuple(
            PlannedMilestone(key=one.key, title=one.title, due_after_days=days(one.due_after))
            for one in told.journey.milestones
        ),
    )
    if plan != held:
        unit.save(plan)


def keep_participation(
    unit: Unit, enrolment_id: str, program_id: str, person_id: str, role: str, state: ParticipationState | None
) -> None:
    """Somebody's place in a program; `state` is None where the fact does not change it."""
    held = unit.get(Participation, enrolment_id)
    place = Participation(
        id=enrolment_id,
        version=held.version if held else 0,
        program_id=program_id,
        person_id=person_id,
        role=role,
        state=state or (held.state if held else "applied"),
    )
    if place != held:
        unit.save(place)


def keep_person(unit: Unit, told: PersonChanged) -> None:
    """Whether somebody still works here; whoever was erased stays so."""
    held = unit.get(Person, told.person_id)
    if held is not None and held.erased:
        return
    person = Person(
        id=told.person_id, version=held.version if held else 0, status=told.status, time_zone=told.time_zone
    )
    if person != held:
        unit.save(person)


def foresee(unit: Unit, person_ids: Sequence[str]) -> None:
    """Load these people, so that keeping each asks nothing."""
    unit.prefetch(Person, person_ids)


def days(duration: str) -> int:
    """The days of an ISO 8601 duration of days or weeks, `P14D` or `P2W`."""
    return int(duration[1:-1]) * (7 if duration.endswith("W") else 1)
