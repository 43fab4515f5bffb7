"""Reviews: given by one side, hidden until the other side spoke too or 14 days went by."""

from dataclasses import dataclass

from feedback import permissions
from feedback.domain.errors import SessionNotHeld
from feedback.domain.known import Plan
from feedback.domain.review import Review
from feedback.domain.session import Session
from feedback.ports import Store, Unit
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import FieldError, InvalidInput, PreconditionRequired, Stale


@dataclass(frozen=True, kw_only=True)
class SessionReviews:
    """What the caller may read: their own reviews of a session, and those addressed to them once revealed."""

    own: tuple[Review, ...]
    received: tuple[Review, ...]

    @property
    def version(self) -> int | None:
        """The version of the only review of one's own, which a change is made against."""
        return self.own[0].version if len(self.own) == 1 else None


def read_reviews(store: Store, caller: Caller, session_id: str) -> SessionReviews:
    """The reviews of a session as far as the caller may read them."""

    def work(unit: Unit) -> SessionReviews:
        _require(unit, caller, "review.read", session_id)
        readable = [one for one in unit.reviews_of(session_id) if one.is_readable_by(caller.id)]
        return SessionReviews(
            own=tuple(one for one in readable if one.author_id == caller.id),
            received=tuple(one for one in readable if one.addressee_id == caller.id),
        )

    return store.reading(work)


def give_review(
    store: Store,
    clock: Clock,
    caller: Caller,
    session_id: str,
    about: str | None,
    rating: int,
    comment: str,
    expected: int | None,
    checked: bool,
) -> Review:
    """What the caller says about a held session to its other side; `about` names whom, where there are several.

    The first giving overwrites nothing and so needs no precondition; `checked` says whether one was sent.

    Raises:
        SessionNotHeld: the session was not held.
        ReviewClosed: the review was revealed, or its 14 days are over.
        PreconditionRequired: a review that was given is changed without naming its version.
    """
    now = clock.now()

    def work(unit: Unit) -> Review:
        session = _require(unit, caller, "review.give", session_id)
        if session.state != "held":
            raise SessionNotHeld(f"This session is {session.state}. It can be reviewed once it was held.")
        every = unit.reviews_of(session_id)
        mine = _addressed_to(about, [one for one in every if one.author_id == caller.id])
        _check_version(mine, expected, checked)
        written, events = mine.given(rating, comment, now)
        saved = unit.save(written, *events)
        return _reveal_both(unit, saved, every, clock)

    return store.atomically(work)


def close_review(store: Store, clock: Clock, caller: Caller, review_id: str) -> None:
    """The clock says that a review's time is over: it is revealed, or it lapses."""
    permissions.require(caller, "review.watch", frozenset())
    now = clock.now()

    def work(unit: Unit) -> None:
        closed, events = unit.require(Review, review_id).closed_by_now(now)
        if events:
            unit.save(closed, *events)

    store.atomically(work)


def _require(unit: Unit, caller: Caller, operation: str, session_id: str) -> Session:
    session = unit.require(Session, session_id)
    permissions.require(caller, operation, permissions.standing(caller, session, unit.get(Plan, session.program_id)))
    return session


def _addressed_to(about: str | None, own: list[Review]) -> Review:
    if about is None and len(own) == 1:
        return own[0]
    for review in own:
        if review.addressee_id == about:
            return review
    names = ", ".join(sorted(one.addressee_id for one in own))
    raise InvalidInput("Say whom the review is for.", [FieldError("/about", f"One of: {names}.")])


def _check_version(review: Review, expected: int | None, checked: bool) -> None:
    if review.state == "given" and not checked:
        raise PreconditionRequired("Send the ETag of the review you change as If-Match.")
    if expected is not None and expected != review.version:
        raise Stale(
            f"Your review is at version {review.version}, not {expected}. Fetch it again and repeat the change."
        )


def _reveal_both(unit: Unit, mine: Review, every: list[Review], clock: Clock) -> Review:
    theirs = next(
        (one for one in every if (one.author_id, one.addressee_id) == (mine.addressee_id, mine.author_id)), None
    )
    if theirs is None or theirs.state != "given":
        return mine
    for review in (theirs, mine):
        shown, events = review.revealed(clock.now())
        revealed = unit.save(shown, *events)
    return revealed
