"""The terms of a program: whom it is for, how it matches, how long requests wait; plain values with their defaults.

Weights, seniority, wishes and group sizes are the engine's own values. Rules and fairness are kept as people write them
and as the API shows them; the engine reads them from that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from contracts.fields import Role
from engine.program.shape import DEFAULT_WEIGHTS, Group, Seniority, Weights, Wishes
from matching.domain.person import Person

__all__ = [
    "DEFAULT_WEIGHTS",
    "Eligibility",
    "Fairness",
    "Group",
    "Places",
    "Requests",
    "Rules",
    "Seniority",
    "Weights",
    "Wishes",
]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What no pair may break."""

    shared_language: bool = True
    max_time_zone_hours: float | None = 5
    meet: Literal["remote_or_same_site", "same_site", "any"] = "remote_or_same_site"
    reporting_line: Literal["forbidden", "allowed"] = "forbidden"
    min_level_gap: int | None = None


@dataclass(frozen=True, kw_only=True)
class Fairness:
    """The attribute whose groups are to be matched alike."""

    group: str
    tolerance: float = 0.02
    report: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """Whom the program is for; an empty list, or no bound, leaves nobody out.

    `attributes` maps one to the values that are let in; all of them must fit.
    """

    departments: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    min_level: int | None = None
    max_level: int | None = None
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def admits(self, person: Person, attributes: Mapping[str, str]) -> bool:
        """Whether the person, of whom these attributes are known, may take part."""
        if any(attributes.get(name) not in values for name, values in self.attributes.items()):
            return False
        if self.departments and person.department not in self.departments:
            return False
        if self.sites and person.site not in self.sites:
            return False
        if self.min_level is not None and (person.level is None or person.level < self.min_level):
            return False
        return self.max_level is None or (person.level is not None and person.level <= self.max_level)


@dataclass(frozen=True, kw_only=True)
class Requests:
    """How long a request may wait, what follows when nobody answers, and how many may be open at once."""

    answer_within: str = "P7D"
    remind_after: str = "P4D"
    on_no_answer: Literal["suggest", "next_choice"] = "suggest"
    open_per_mentee: int = 3
    open_per_mentor: int = 20


@dataclass(frozen=True, kw_only=True)
class Places:
    """How many approved enrolments each role may have; None is any number."""

    mentor: int | None = None
    mentee: int | None = None

    def limit(self, role: Role) -> int | None:
        """The limit of one role."""
        return self.mentor if role == "mentor" else self.mentee
