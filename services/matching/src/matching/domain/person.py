"""What matching keeps of a person: employment facts, mentoring profile, and the words of the vocabularies."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from contracts.profiles import SkillOffered, WeeklySlot
from servicekit.entity import Entity


@dataclass(frozen=True, kw_only=True)
class Person(Entity):
    """The newest employment facts; `changed_at` is when they arrived here.

    `hidden_by` names the erasures that were asked for and can still be undone, `resting` the mentorships that rest for
    them. Of who was erased, `destroyed` says how much of each kind of data there was.
    """

    status: Literal["active", "on_leave", "left", "erased"]
    department: str = ""
    level: int | None = None
    site: str = ""
    remote: bool = False
    manager_id: str | None = None
    time_zone: str = "UTC"
    languages: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    changed_at: datetime
    hidden_by: tuple[str, ...] = ()
    resting: tuple[str, ...] = ()
    destroyed: dict[str, int] = field(default_factory=dict)

    @property
    def is_gone(self) -> bool:
        """Whether they take no part in anything any more."""
        return self.status in ("left", "erased")


@dataclass(frozen=True, kw_only=True)
class Profile(Entity):
    """The newest mentoring profile; the id is the person's. `attributes` answer the organisation's questions."""

    skills_offered: tuple[SkillOffered, ...] = ()
    skills_wanted: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    helps_with: tuple[str, ...] = ()
    availability: tuple[WeeklySlot, ...] = ()
    capacity: int = 1
    opted_out: bool = False
    avoid: tuple[str, ...] = ()
    paused_until: date | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    changed_at: datetime

    def is_willing(self, today: date) -> bool:
        """Whether the person wants to be matched today."""
        return not self.opted_out and (self.paused_until is None or self.paused_until <= today)


@dataclass(frozen=True, kw_only=True)
class Word(Entity):
    """A skill or a theme, as people call it; the id is its `skl_…` or `thm_…`."""

    name: str
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Erasure(Entity):
    """A receipt that was given; the id is the erasure's."""

    person_id: str


@dataclass(frozen=True, kw_only=True)
class Client(Entity):
    """What an integrator's client may still do."""

    scopes: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    revoked: bool = False
