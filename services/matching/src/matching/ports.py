"""What matching's use cases need of the world: units of work with named questions, and the match itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from contracts import Event
from contracts.fields import Role
from matching.domain.enrolment import Enrolment
from matching.domain.mentorship import Mentorship
from matching.domain.program import Program
from matching.domain.request import Request
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
