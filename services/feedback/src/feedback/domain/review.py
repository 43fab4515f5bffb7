"""A review: what one side says to the other after a session, hidden until both spoke or 14 days went by."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from contracts.feedback import ReviewDue, ReviewGiven, ReviewLapsed, ReviewRevealed
from feedback.domain.errors import ReviewClosed
from feedback.domain.session import Session
from servicekit.entity import Entity

State = Literal["due", "given", "revealed", "lapsed"]
F = TypeVar("F", ReviewDue, ReviewGiven, ReviewRevealed, ReviewLapsed)
OPEN_FOR = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Review(Entity):
    """One direction of one session; `rating` is 1 to 5. `closes_at` is None once it is revealed or lapsed."""

    session_id: str
    mentorship_id: str
    program_id: str
    author_id: str
    addressee_id: str
    state: State
    rating: int | None = None
    comment: str = ""
    given_at: datetime | None = None
    revealed_at: datetime | None = None
    closes_at: datetime | None

    def is_readable_by(self, person_id: str) -> bool:
        """Its author always, its addressee once it is revealed, nobody else ever."""
        return person_id == self.author_id or (person_id == self.addressee_id and self.state == "revealed")

    def given(self, rating: int, comment: str, now: datetime) -> tuple["Review", tuple[ReviewGiven, ...]]:
        """The author's words; they may be changed until the other side can read them.

        Raises:
            ReviewClosed: it was revealed, or its 14 days are over.
        """
        if self.state == "revealed":
            raise ReviewClosed("The other side can read this review already, so it cannot be changed any more.")
        if self.state == "lapsed" or (self.closes_at is not None and self.closes_at <= now):
            raise ReviewClosed("The 14 days for this review are over.")
        written = replace(self, state="given", rating=rating, comment=comment, given_at=now)
        return written, (() if self.state == "given" else (written.fact(ReviewGiven),))

    def revealed(self, now: datetime) -> tuple["Review", tuple[ReviewRevealed, ...]]:
        """The addressee may read it; nothing where there is nothing to read."""
        if self.state != "given":
            return self, ()
        shown = replace(self, state="revealed", revealed_at=now, closes_at=None)
        return shown, (shown.fact(ReviewRevealed),)

    def closed_by_now(self, now: datetime) -> tuple["Review", tuple[ReviewRevealed | ReviewLapsed, ...]]:
        """The clock says that its time is over: what was given is revealed, what was not lapses."""
        if self.closes_at is None or self.closes_at > now:
            return self, ()
        if self.state == "given":
            return self.revealed(now)
        lapsed = replace(self, state="lapsed", closes_at=None)
        return lapsed, (lapsed.fact(ReviewLapsed),)

    def fact(self, kind: type[F]) -> F:
        """The event of this kind about this review; never its rating or words."""
        return kind(
            review_id=self.id,
            session_id=self.session_id,
            mentorship_id=self.mentorship_id,
            program_id=self.program_id,
            author_id=self.author_id,
            addressee_id=self.addressee_id,
        )


def directions(session: Session) -> tuple[tuple[str, str], ...]:
    """Who reviews whom after a session: the mentor each mentee, and each mentee the mentor."""
    pairs = ((session.mentor_id, mentee) for mentee in session.mentee_ids)
    return tuple(direction for mentor, mentee in pairs for direction in ((mentee, mentor), (mentor, mentee)))


def due(id: str, session: Session, author_id: str, addressee_id: str, now: datetime) -> tuple[Review, ReviewDue]:
    """A review that its author is asked for, since the session was held."""
    review = Review(
        id=id,
        session_id=session.id,
        mentorship_id=session.mentorship_id,
        program_id=session.program_id,
        author_id=author_id,
        addressee_id=addressee_id,
        state="due",
        closes_at=now + OPEN_FOR,
    )
    return review, review.fact(ReviewDue)
