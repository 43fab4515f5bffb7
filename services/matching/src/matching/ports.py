"""What matching's use cases need of the world: units of work with named questions, and the match itself."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from contracts import Event
from contracts.fields import Role
from matching.domain import run
from matching.domain.enrolment import Enrolment
from matching.domain.figures import Figures
from matching.domain.mentorship import Mentorship
from matching.domain.program import Program
from matching.domain.proposal import Alone, Proposal
from matching.domain.request import Request
from matching.domain.run import Problem, Run, RunInputs
from matching.domain.snapshot import Chunk
from servicekit import store
from servicekit.entity import Entity

E = TypeVar("E", bound=Entity)


class Unit(Protocol):
    """One transaction. Lists are ordered by id; `after` is the id that the page before ended with."""

    def get(self, kind: type[E], id: str) -> E | None:
        """The entity, or None."""
        ...

    def require(self, kind: type[E], id: str, expected: int | None = None) -> E:
        """The entity, which must exist and, where `expected` is given, have that version."""
        ...

    def prefetch(self, kind: type[Entity], ids: Iterable[str]) -> None:
        """Load many at once."""
        ...

    def save(self, entity: E, *events: Event) -> E:
        """Keep the entity and tell its events; returns it with its new version."""
        ...

    def remove(self, entity: Entity) -> None:
        """Delete the entity's document."""
        ...

    def changed_since(self, kind: type[E], since: datetime | None) -> list[E]:
        """Every document of a kind that was changed at or after a moment; all of them where none is given."""
        ...

    def programs_in(self, states: Sequence[str], after: str | None, limit: int) -> list[Program]:
        """Programs in these states."""
        ...

    def programs_managed_by(self, person_id: str, after: str | None, limit: int) -> list[Program]:
        """Programs whose managers name the person."""
        ...

    def programs_visible_to(
        self, person_id: str, states: Sequence[str], after: str | None, limit: int
    ) -> list[Program]:
        """Programs in these states, and those that the person manages."""
        ...

    def live_enrolment(self, program_id: str, person_id: str, role: Role) -> Enrolment | None:
        """The person's live enrolment in that role."""
        ...

    def live_enrolments_of(self, person_id: str) -> list[Enrolment]:
        """Every live enrolment of the person."""
        ...

    def enrolments_of(self, person_id: str) -> list[Enrolment]:
        """Every enrolment of the person, live or not."""
        ...

    def enrolments_in(
        self,
        program_id: str,
        person_id: str | None,
        state: str | None,
        role: Role | None,
        after: str | None,
        limit: int,
    ) -> list[Enrolment]:
        """Enrolments of a program."""
        ...

    def places_given(self, program_id: str, role: Role) -> int:
        """How many enrolments hold a place: approved or paused."""
        ...

    def first_waiting(self, program_id: str, role: Role) -> Enrolment | None:
        """The enrolment that was waitlisted first."""
        ...

    def pending_between(self, program_id: str, one: str, other: str) -> Request | None:
        """The pending request between two people, in either direction."""
        ...

    def pending_as(self, role: Role, person_id: str, program_id: str | None = None) -> list[Request]:
        """Pending requests in which the person is the mentee, or the mentor, whoever asked."""
        ...

    def pending_in(self, program_id: str, limit: int) -> list[Request]:
        """Pending requests of a program."""
        ...

    def requests_in(self, program_id: str, states: Sequence[str], after: str | None, limit: int) -> list[Request]:
        """Requests of a program that are in one of these states."""
        ...

    def asked_by(self, program_id: str, mentee_id: str) -> list[Request]:
        """Every request, ended or not, in which the person is the mentee."""
        ...

    def requests_to(self, person_id: str, state: str | None, after: str | None, limit: int | None) -> list[Request]:
        """Requests that the person is to answer, or answered."""
        ...

    def requests_by(self, person_id: str, state: str | None, after: str | None, limit: int | None) -> list[Request]:
        """Requests that the person made."""
        ...

    def live_between(self, program_id: str, one: str, other: str) -> Mentorship | None:
        """The live mentorship of two people, in either direction."""
        ...

    def live_mentorships_of(self, person_id: str, program_id: str | None = None) -> list[Mentorship]:
        """Live mentorships of the person, as mentor or as mentee."""
        ...

    def live_mentorships_in(self, program_id: str, limit: int) -> list[Mentorship]:
        """Live mentorships of a program."""
        ...

    def mentorships_of(
        self, person_id: str, program_id: str | None, state: str | None, after: str | None, limit: int
    ) -> list[Mentorship]:
        """Mentorships of the person, live or not."""
        ...

    def mentorships_in(self, program_id: str, state: str | None, after: str | None, limit: int) -> list[Mentorship]:
        """Mentorships of a program."""
        ...

    def proposed_overdue(self, now: datetime, limit: int) -> list[str]:
        """Ids of proposed mentorships whose deadline is over."""
        ...

    def runs_of(self, program_id: str, before: str | None, limit: int) -> list[Run]:
        """Runs of a program, the newest first; `before` is the id that the page before ended with."""
        ...

    def runs_in(self, program_id: str, states: Sequence[run.State]) -> list[Run]:
        """Runs of a program in these states."""
        ...

    def next_run(self) -> Run | None:
        """The run that a worker left behind, or else the one that waits longest."""
        ...

    def runs_publishing(self) -> list[Run]:
        """Runs whose proposals are becoming mentorships."""
        ...

    def proposals_of(
        self, run_id: str, where: Mapping[str, object], order: str, after: tuple[float, str] | None, limit: int
    ) -> list[Proposal]:
        """Pairs of a run whose fields equal `where`, by `mentee`, or by score: `weakest` or `strongest` first."""
        ...

    def proposals_with(
        self, run_id: str, *, mentee_id: str | None = None, mentor_id: str | None = None
    ) -> list[Proposal]:
        """Pairs of a run that one of the two is in."""
        ...

    def count_proposals(self, run_id: str, **where: object) -> int:
        """How many pairs of a run are like this."""
        ...

    def alone_in(self, run_id: str, after: str | None, limit: int) -> list[Alone]:
        """Mentees of a run without a proposal."""
        ...

    def chunks_of(self, snapshot_id: str, after: str, limit: int) -> list[Chunk]:
        """Chunks of a snapshot."""
        ...

    def chunks_after(self, after: str, limit: int) -> list[Chunk]:
        """Chunks of every snapshot."""
        ...

    def inputs_after(self, after: str, limit: int) -> list[RunInputs]:
        """The pairs that runs were given."""
        ...

    def chunk_holding(self, snapshot_id: str, person_id: str) -> Chunk | None:
        """The chunk in which a person of a snapshot is, if they are in it."""
        ...

    def runs_naming(self, person_id: str) -> tuple[list[Proposal], list[Alone]]:
        """What runs of any age say of a person."""
        ...

    def discard_results(self, run_id: str, limit: int) -> int:
        """Delete some of what a computation left behind; how much."""
        ...

    def discard_chunks(self, snapshot_id: str) -> None:
        """Delete a snapshot that was begun."""
        ...


Store = store.Store[Unit]


ReasonCode = Literal[
    "offers_wanted_skill",
    "helps_with_goal",
    "right_seniority",
    "free_at_the_same_time",
    "sees_it_from_elsewhere",
    "you_wished",
]


@dataclass(frozen=True, kw_only=True)
class Why:
    """One reason for a reader of any language.

    `about` names skills or themes, or the facts on which the two differ (`department`, `site`, an attribute); it is
    empty where no name is known. `hours` counts the hours a week in which both are free.
    """

    code: ReasonCode
    about: tuple[str, ...] = ()
    hours: float | None = None


@dataclass(frozen=True, kw_only=True)
class Match:
    """How well a mentor fits a mentee, wishes left out, since a sum would tell the other side's.

    `score` is 0 to 100, `raw` the weighted sum, `components` lie in [0, 1], `wished` is the mentee's rank of the mentor
    (1 is first). `reasons` are plain sentences for the mentee, made of what the mentee may know; `why` is the same as
    codes, one for each sentence.
    """

    mentor_id: str
    score: float
    raw: float
    components: dict[str, float]
    wished: int | None
    reasons: tuple[str, ...]
    why: tuple[Why, ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the match says of one pair: the rule that refuses it, or how well it fits."""

    rule: str | None
    match: Match | None
    known_at: datetime


class Matcher(Protocol):
    """The match over one program's people, kept ready in memory."""

    def recommend(self, program: Program, mentee_id: str, limit: int) -> tuple[list[Match], datetime]:
        """The mentors who fit best, best first, and the moment to which what they are based on is known."""
        ...

    def explain(self, program: Program, mentee_id: str, mentor_id: str) -> Verdict:
        """Why this mentor, or why not."""
        ...


class Ownership(Protocol):
    """A lease on work that one process at a time may do."""

    name: str

    def claim(self) -> int | None:
        """Take, keep or renew it: its fence where it is ours, None where somebody else is alive."""
        ...

    def check(self, unit: Any) -> None:
        """Compare it inside a transaction; raises `LeaseLost` where it is no longer ours."""
        ...

    def release(self) -> None:
        """Let the next one go on at once."""
        ...


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a solver is asked about a run: the keys of `program.yaml`, pairs that stood before, and the people, packed.

    `left_out` are people of the chunks who have left or were erased since.
    """

    run_id: str
    program_id: str
    terms: Mapping[str, object]
    existing: Sequence[tuple[str, str]]
    certify: bool
    chunks: Iterable[Chunk]
    left_out: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Record:
    """The figures of an answer, and what makes it repeatable; `offering` counts the mentors who offer each skill."""

    figures: Figures
    input_hash: str
    engine_version: str
    seconds: dict[str, float]
    mentors: int
    offering: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A part of what a solver answers; the record comes with the last part."""

    pairs: tuple[Proposal, ...] = ()
    alone: tuple[Alone, ...] = ()
    record: Record | None = None


class SolverRefused(Exception):
    """The program cannot be run with these people; `problems` says why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{one.key}: {one.reason}" for one in problems))
        self.problems = problems


class SolverDied(Exception):
    """The computation ended without an answer."""


class Solver(Protocol):
    """The match of a whole program, where it can be stopped at any moment."""

    def solve(self, question: Question, watch: Callable[[str, float], None]) -> Generator[Answer, None, None]:
        """The answer in parts.

        `watch(stage, share)` is called several times a second from the caller's thread; whatever it raises ends the
        computation at once and comes out here, and so does closing the generator.

        Raises:
            SolverRefused, SolverDied: there is no answer.
        """
        ...
