"""What a journey must know of programs and people, as the other services told it."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from servicekit.entity import Entity


@dataclass(frozen=True, kw_only=True)
class PlannedMilestone:
    """A step that the program expects of every mentorship, `due_after_days` days after its start."""

    key: str
    title: str
    due_after_days: int

    def due_on(self, started_on: date) -> date:
        """The day it is due, for a mentorship that started on `started_on`."""
        return started_on + timedelta(days=self.due_after_days)


@dataclass(frozen=True, kw_only=True)
class Plan(Entity):
    """A program as its managers planned it; the id is the program's."""

    name: str
    kind: str
    state: str
    managers: tuple[str, ...] = ()
    session_every_days: int = 14
    first_session_within_days: int = 14
    milestones: tuple[PlannedMilestone, ...] = ()

    def is_managed_by(self, person_id: str) -> bool:
        """Whether the program's managers name this person."""
        return person_id in self.managers


@dataclass(frozen=True, kw_only=True)
class Participation(Entity):
    """Somebody's place in a program; the id is the enrolment's."""

    program_id: str
    person_id: str
    role: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Person(Entity):
    """Whether somebody still works here; of who was erased, how much of each kind of data was `destroyed`."""

    status: str = "active"
    time_zone: str | None = None
    erased: bool = False
    destroyed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Erasure(Entity):
    """A receipt that was given; the id is the erasure's."""

    person_id: str
