"""What the use cases need of the store: the unit of work and its named queries."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar

from contracts import Event
from feedback.domain.health import Health
from feedback.domain.journey import Journey
from feedback.domain.known import Participation
from feedback.domain.review import Review
from feedback.domain.session import Session
from servicekit import store
from servicekit.entity import Entity

E = TypeVar("E", bound=Entity)


class Unit(Protocol):
    """One unit of work of this service; see `servicekit.store.Unit`."""

    def get(self, kind: type[E], id: str) -> E | None:
        """The entity, or None."""
        ...

    def require(self, kind: type[E], id: str, expected: int | None = None) -> E:
        """The entity, at the expected version; else `NotFound` or `Stale`."""
        ...

    def prefetch(self, kind: type[Entity], ids: Iterable[str]) -> None:
        """Load many at once, so that later `get`s cost nothing."""
        ...

    def save(self, entity: E, *events: Event) -> E:
        """Keep the entity and tell its events; returns it with its new version."""
        ...

    def sessions_of(self, mentorship_id: str) -> list[Session]:
        """Every session of a mentorship, the earliest first."""
        ...

    def sessions_before(self, mentorship_id: str, before: tuple[datetime, str] | None, limit: int) -> list[Session]:
        """A page of a mentorship's sessions, the latest first, before (start, id)."""
        ...

    def scheduled_of(self, mentorship_id: str) -> list[Session]:
        """The sessions of a mentorship that are still to come or to be told about."""
        ...

    def reviews_of(self, session_id: str) -> list[Review]:
        """Every review of a session."""
        ...

    def reviews_due_by(self, author_id: str, mentorship_id: str) -> list[Review]:
        """What somebody was asked for in a mentorship and has not given."""
        ...

    def reviews_with(self, person_id: str) -> list[Review]:
        """Every review that somebody wrote or was written."""
        ...

    def sessions_with(self, person_id: str) -> list[Session]:
        """Every session that somebody takes, or took, part in."""
        ...

    def participations_of(self, person_id: str) -> list[Participation]:
        """Somebody's places in programs."""
        ...

    def journeys_with(self, person_id: str) -> list[Journey]:
        """Every journey that somebody is part of."""
        ...

    def health_of_program(self, program_id: str, after: str | None, limit: int) -> list[Health]:
        """A page of the health of a program's live mentorships, in the order of their ids, after that id."""
        ...

    def reminders_due(self, now: datetime, limit: int) -> Sequence[str]:
        """The ids of sessions whose people are to be reminded."""
        ...

    def misses_due(self, now: datetime, limit: int) -> Sequence[str]:
        """The ids of sessions of which nobody told what came of them."""
        ...

    def reviews_closing(self, now: datetime, limit: int) -> Sequence[str]:
        """The ids of reviews whose 14 days are over."""
        ...

    def health_checks_due(self, now: datetime, limit: int) -> Sequence[str]:
        """The ids of mentorships whose health time alone may have changed."""
        ...


Store: TypeAlias = store.Store[Unit]
