"""One transaction over matching's documents, with the questions that use cases ask by name."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from contracts import Event
from contracts.fields import Role
from matching.domain import run
from matching.domain.enrolment import Enrolment
from matching.domain.mentorship import Mentorship
from matching.domain.program import Program
from matching.domain.proposal import Alone, Proposal
from matching.domain.question import PairQuestion
from matching.domain.request import Request
from matching.domain.run import Run, RunInputs
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

    def gather(self, program_id: str, person_ids: Iterable[str]) -> None:
        """Read at once what the steps of seating ask about these people in a program, so that they cost nothing after.

        That is the people, their profiles and seats, live enrolments and mentorships in the program, and every pending
        request. For once in a unit, before it writes.
        """
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

    def newest_run(self, program_id: str, states: Sequence[run.State]) -> Run | None:
        """The last run of a program that is in one of these states."""
        ...

    def next_run(self) -> Run | None:
        """The run that a worker left behind, or else the one that waits longest."""
        ...

    def runs_from(self, snapshot_id: str) -> list[Run]:
        """Runs that were computed from a snapshot."""
        ...

    def runs_publishing(self) -> list[Run]:
        """Runs whose proposals are becoming mentorships."""
        ...

    def runs_to_clear(self, limit: int) -> list[str]:
        """Ids of runs that came to nothing and of whose answer something may still be kept."""
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

    def next_question(self) -> PairQuestion | None:
        """The question about a run that waits longest."""
        ...

    def questions_waiting(self, program_id: str) -> int:
        """How many questions about runs of a program wait for an answer."""
        ...

    def questions_naming(self, person_id: str) -> list[PairQuestion]:
        """Questions about runs of any age that are about a person."""
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
