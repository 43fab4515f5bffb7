"""The program as frozen data: every value is already checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Kind = Literal["one_to_one", "group", "peer", "reverse", "flash"]
Objective = Literal["best_total", "most_people", "stable"]
Meet = Literal["remote_or_same_site", "same_site", "any"]

COMPONENTS = ("skills", "goals", "seniority", "availability", "diversity")


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each component of a score counts; non-negative, at least one positive."""

    skills: float = 0.0
    goals: float = 0.0
    seniority: float = 0.0
    availability: float = 0.0
    diversity: float = 0.0

    @property
    def total(self) -> float:
        """The score of a pair that is perfect in every component, wishes aside."""
        return self.skills + self.goals + self.seniority + self.availability + self.diversity


DEFAULT_WEIGHTS = Weights(0.40, 0.20, 0.15, 0.20, 0.05)


@dataclass(frozen=True, slots=True)
class Seniority:
    """The gap of levels that is best, and how quickly the value falls beside it."""

    ideal_gap: float = 2.0
    width: float = 1.4142


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a first wish adds to a score, by whose wish it is."""

    mentee: float = 0.25
    mentor: float = 0.15


@dataclass(frozen=True, slots=True)
class Rules:
    """The absolute rules that a program may loosen or tighten."""

    shared_language: bool = True
    max_time_zone_hours: float | None = 5.0
    meet: Meet = "remote_or_same_site"
    reporting_line_allowed: bool = False
    min_level_gap: int | None = None


@dataclass(frozen=True, slots=True)
class Fairness:
    """Parity of matched mentees over the values of `group`, a combination of attributes."""

    group: tuple[str, ...]
    tolerance: float = 0.02
    report: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """How many mentees one mentor's group may have."""

    min: int
    max: int


@dataclass(frozen=True, slots=True)
class Program:
    """One program, as `program.yaml` gives it; `Program.read` checks a mapping, the constructor trusts its caller."""

    name: str
    as_of: date
    kind: Kind = "one_to_one"
    group: Group | None = None
    attributes: tuple[str, ...] = ()
    weights: Weights = DEFAULT_WEIGHTS
    seniority: Seniority = Seniority()
    diversity: tuple[str, ...] = ("department",)
    wishes: Wishes = Wishes()
    rules: Rules = Rules()
    floor: float = 0.0
    objective: Objective = "best_total"
    fairness: Fairness | None = None
    spread: float = 0.0
    stickiness: float = 0.0
    locked: frozenset[tuple[str, str]] = frozenset()
    forbidden: frozenset[tuple[str, str]] = frozenset()
    seed: int = 1
    source: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def seats(self, capacity: int | None) -> int:
        """How many mentees a mentor of that `capacity` takes: None is one, or a whole group."""
        most = self.group.max if self.group else None
        if self.kind == "peer":
            return 0 if capacity == 0 else 1
        if most is not None:
            return most if capacity is None else min(capacity, most)
        return 1 if capacity is None else capacity

    @classmethod
    def read(cls, mapping: Mapping[str, Any]) -> "Program":
        """From the keys of `program.yaml`; raises ProgramRefused with every bad key at once."""
        from engine.program.reading import read_program

        return read_program(mapping)
