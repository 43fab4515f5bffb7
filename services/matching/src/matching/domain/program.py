"""A program: what it offers to whom, by which rules it matches, and its course from draft to closed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

import engine
from contracts import Event
from contracts.fields import ProgramKind, Role
from contracts.matching import (
    Journey,
    PlanChanged,
    ProgramChanged,
    ProgramClosed,
    ProgramClosing,
    ProgramCreated,
    ProgramOpened,
    ProgramStarted,
    ProgramVacated,
    RequestTerms,
    SurveyPlan,
)
from matching.domain import calendar
from matching.domain.terms import (
    DEFAULT_WEIGHTS,
    Eligibility,
    Fairness,
    Group,
    Places,
    Requests,
    Rules,
    Seniority,
    Weights,
    Wishes,
)
from servicekit.entity import Entity
from servicekit.refusals import FieldError, InvalidInput, WrongState

State = Literal["draft", "open", "running", "closing", "closed"]
# Who confirms a pair that a run proposes; with `none` it starts at once.
Confirmation = Literal["both", "mentor", "none"]
TAKING_PART: tuple[State, ...] = ("open", "running")
# A command that read the program as running may commit this much later, so a program is not closed sooner.
SETTLES_AFTER = timedelta(seconds=30)
FIXED_ONCE_OPEN = ("kind", "group", "time_zone")
# What a run keeps of a program: everything that its pairs depend on, pairs that are given aside.
TERMS = (
    "kind",
    "group",
    "as_of",
    "attributes",
    "weights",
    "seniority",
    "diversity",
    "wishes",
    "rules",
    "floor",
    "objective",
    "fairness",
    "spread",
    "stickiness",
    "seed",
)
PLAIN_MATCH_KEYS = (
    "attributes",
    "diversity",
    "floor",
    "objective",
    "spread",
    "stickiness",
    "locked",
    "forbidden",
    "seed",
)


@dataclass(frozen=True, kw_only=True)
class Program(Entity):
    """A mentoring offer. `due_at` is when a clock has to look at it next; None when no clock has to."""

    name: str
    kind: ProgramKind = "one_to_one"
    starts_on: date
    ends_on: date
    time_zone: str = "UTC"
    managers: tuple[str, ...] = ()
    state: State = "draft"
    description: str = ""
    eligibility: Eligibility = field(default_factory=Eligibility)
    approval: Literal["manager", "automatic"] = "manager"
    places: Places = field(default_factory=Places)
    waitlist: Literal["auto", "ask"] = "auto"
    confirmation: Confirmation = "both"
    confirm_within: str = "P7D"
    requests: Requests = field(default_factory=Requests)
    journey: Journey = field(default_factory=Journey)
    surveys: tuple[SurveyPlan, ...] = ()
    group: Group | None = None
    as_of: date | None = None
    attributes: tuple[str, ...] = ()
    weights: Weights = DEFAULT_WEIGHTS
    seniority: Seniority = field(default_factory=Seniority)
    diversity: tuple[str, ...] = ("department",)
    wishes: Wishes = field(default_factory=Wishes)
    rules: Rules = field(default_factory=Rules)
    floor: float = 0.0
    objective: Literal["best_total", "most_people", "stable"] = "best_total"
    fairness: Fairness | None = None
    spread: float = 0.0
    stickiness: float = 0.0
    locked: tuple[tuple[str, str], ...] = ()
    forbidden: tuple[tuple[str, str], ...] = ()
    seed: int = 1
    created_at: datetime
    closing_at: datetime | None = None
    due_at: datetime | None = None

    @property
    def is_taking_part(self) -> bool:
        """Whether people may enrol, ask and answer."""
        return self.state in TAKING_PART

    @property
    def asks(self) -> Confirmation:
        """Who confirms a pair of a run. A group starts at once: it could not wait for each of its members."""
        return "none" if self.kind == "group" else self.confirmation

    def is_managed_by(self, person_id: str) -> bool:
        """Whether the person is one of its managers."""
        return person_id in self.managers

    def as_seen_by_others(self) -> "Program":
        """What everybody but its managers may read: no pairs of people."""
        return replace(self, locked=(), forbidden=())

    def match_keys(self) -> dict[str, Any]:
        """The keys of `program.yaml` that the match reads."""
        group = {"group": asdict(self.group)} if self.group is not None else self.kind
        nested = {name: asdict(getattr(self, name)) for name in ("weights", "seniority", "wishes", "rules")}
        plain = {name: getattr(self, name) for name in PLAIN_MATCH_KEYS}
        fairness = None if self.fairness is None else asdict(self.fairness)
        return {
            "program": self.name,
            "as_of": self.as_of or self.starts_on,
            "kind": group,
            "fairness": fairness,
            **nested,
            **plain,
        }

    def overridden(self, overrides: Mapping[str, Any]) -> "Program":
        """The program as a what-if would have it; it is not to be saved.

        Raises:
            InvalidInput: values that cannot be, by name.
        """
        other = replace(self, **overrides)
        errors = _group_errors(other) or _match_errors(other)
        if errors:
            raise InvalidInput("The match cannot be run like this.", errors)
        return other

    def terms(self) -> dict[str, Any]:
        """The terms that a run keeps, as plain JSON."""
        fixed = replace(self, as_of=self.as_of or self.starts_on)
        plain: dict[str, Any] = msgspec.to_builtins({name: getattr(fixed, name) for name in TERMS})
        return plain

    def with_terms(self, terms: Mapping[str, Any]) -> "Program":
        """The program by the terms that a run kept."""
        return msgspec.convert({**msgspec.to_builtins(self), **terms}, Program)

    def create(self) -> tuple["Program", list[Event]]:
        """The draft, checked.

        Raises:
            InvalidInput: values that contradict one another, by name.
        """
        _check(self)
        return self._told(ProgramCreated)

    def change(self, changes: Mapping[str, Any]) -> tuple["Program", list[Event]]:
        """The program with other values.

        Raises:
            WrongState: it is closing or closed.
            InvalidInput: a value that is fixed by now, or that contradicts another.
        """
        if self.state in ("closing", "closed"):
            raise WrongState(f"The program is {self.state}; it can only be read.")
        if self.state != "draft":
            fixed = [name for name in FIXED_ONCE_OPEN if changes.get(name, getattr(self, name)) != getattr(self, name)]
            if fixed:
                raise InvalidInput(
                    "Some values are fixed once a program is open.",
                    [FieldError(f"/{name}", "is fixed once the program is open") for name in fixed],
                )
        changed = replace(self, **changes)
        _check(changed)
        return changed._told(ProgramChanged)

    def open(self, now: datetime) -> tuple["Program", list[Event]]:
        """People may enrol from now on."""
        self._require("draft")
        if calendar.end_of(self.ends_on, self.time_zone) <= now:
            raise WrongState(f"Its last day, {self.ends_on}, is over. Set a later ends_on first.")
        return replace(self, state="open")._told(ProgramOpened)

    def start(self) -> tuple["Program", list[Event]]:
        """Mentoring runs from now on."""
        self._require("open")
        return replace(self, state="running")._told(ProgramStarted)

    def close(self, now: datetime) -> tuple["Program", list[Event]]:
        """Nothing new starts; what is live is being ended."""
        self._require("open", "running")
        return replace(self, state="closing", closing_at=now)._told(ProgramClosing)

    def finish(self) -> tuple["Program", list[Event]]:
        """Nothing is live any more; it can only be read."""
        self._require("closing")
        return replace(self, state="closed")._told(ProgramClosed)

    def vacated(self, role: Role, enrolment_id: str) -> Event:
        """The fact that a place is free for which `enrolment_id` has waited longest."""
        return ProgramVacated(
            program_id=self.id,
            kind=self.kind,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            role=role,
            enrolment_id=enrolment_id,
            managers=self.managers,
        )

    def is_settled(self, now: datetime) -> bool:
        """Whether no command that still saw it running can be under way."""
        return self.closing_at is not None and now >= self.closing_at + SETTLES_AFTER

    def ran_its_course(self, now: datetime) -> bool:
        """Whether its last day is over."""
        return now >= calendar.end_of(self.ends_on, self.time_zone)

    def _require(self, *states: State) -> None:
        if self.state not in states:
            raise WrongState(f"The program is {self.state}; this needs it to be {' or '.join(states)}.")

    def _told(self, fact: type[Event]) -> tuple["Program", list[Event]]:
        program = replace(self, due_at=_due_at(self))
        return program, [
            fact(program_id=self.id, kind=self.kind, starts_on=self.starts_on, ends_on=self.ends_on),  # type: ignore[call-arg]
            program._plan(),
        ]

    def _plan(self) -> PlanChanged:
        terms = self.requests
        return PlanChanged(
            program_id=self.id,
            name=self.name,
            kind=self.kind,
            state=self.state,
            managers=self.managers,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            time_zone=self.time_zone,
            journey=self.journey,
            requests=RequestTerms(
                answer_within=terms.answer_within, remind_after=terms.remind_after, on_no_answer=terms.on_no_answer
            ),
            surveys=self.surveys,
        )


def _due_at(program: Program) -> datetime | None:
    match program.state:
        case "open":
            return calendar.start_of(program.starts_on, program.time_zone)
        case "running":
            return calendar.end_of(program.ends_on, program.time_zone)
        case "closing":
            return program.closing_at
        case _:
            return None


def _check(program: Program) -> None:
    errors = []
    if program.ends_on < program.starts_on:
        errors.append(FieldError("/ends_on", f"must not be before starts_on ({program.starts_on})"))
    if not program.managers:
        errors.append(FieldError("/managers", "must name at least one person"))
    if calendar.duration(program.requests.remind_after) >= calendar.duration(program.requests.answer_within):
        errors.append(FieldError("/requests/remind_after", "must be shorter than answer_within"))
    low, high = program.eligibility.min_level, program.eligibility.max_level
    if low is not None and high is not None and high < low:
        errors.append(FieldError("/eligibility/max_level", f"must not be below min_level ({low})"))
    errors += _group_errors(program) or _match_errors(program)
    if errors:
        raise InvalidInput("The program cannot be like this.", errors)


def _group_errors(program: Program) -> list[FieldError]:
    if (program.group is not None) == (program.kind == "group"):
        return []
    return [FieldError("/group", "belongs to programs of kind group, which need it")]


def _match_errors(program: Program) -> list[FieldError]:
    try:
        engine.Program.read(program.match_keys())
    except engine.ProgramRefused as refused:
        return [
            FieldError("/" + problem.key.replace(".", "/"), f"{problem.reason}; {problem.write}")
            for problem in refused.problems
        ]
    return []
