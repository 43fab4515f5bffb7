"""Reviews: hidden until both sides spoke, or 14 days went by."""

from datetime import timedelta

import pytest

from contracts.matching import MentorshipJoined
from feedback import repository
from feedback.domain.errors import ReviewClosed, SessionNotHeld
from feedback.domain.review import Review
from feedback.use_cases import reviews, sessions
from servicekit.caller import Caller
from servicekit.refusals import Forbidden, InvalidInput, NotFound, PreconditionRequired, Stale
from servicekit.testing import FrozenClock, MemoryStore

from .conftest import ANA, BEN, CARA, DAN, NOW, Tell
from .test_sessions import arrange, tick

Store = MemoryStore[repository.Unit]
pytestmark = pytest.mark.usefixtures("running")


@pytest.fixture
def held(store: Store, clock: FrozenClock) -> str:
    """A session of Ana and Ben that was held."""
    session = arrange(store, clock)
    return sessions.hold_session(store, clock, BEN, session.id, None).id


def give(
    store: Store,
    clock: FrozenClock,
    caller: Caller,
    session_id: str,
    rating: int = 5,
    comment: str = "Thank you.",
    about: str | None = None,
    expected: int | None = None,
    checked: bool = False,
) -> Review:
    return reviews.give_review(store, clock, caller, session_id, about, rating, comment, expected, checked)


def test_a_review_waits_for_a_held_session(store: Store, clock: FrozenClock) -> None:
    session = arrange(store, clock)
    with pytest.raises(SessionNotHeld):
        give(store, clock, ANA, session.id)


def test_a_review_is_hidden_from_its_addressee_until_both_gave_theirs(
    store: Store, clock: FrozenClock, held: str
) -> None:
    assert give(store, clock, ANA, held, comment="He listens.").state == "given"
    assert reviews.read_reviews(store, BEN, held).received == ()
    mine = give(store, clock, BEN, held, rating=4)
    assert mine.state == "revealed"
    assert [one.comment for one in reviews.read_reviews(store, BEN, held).received] == ["He listens."]
    assert [one.rating for one in reviews.read_reviews(store, ANA, held).received] == [4]
    assert store.events().count("review.revealed") == 2


def test_nobody_else_ever_reads_a_review(store: Store, clock: FrozenClock, held: str) -> None:
    give(store, clock, ANA, held)
    give(store, clock, BEN, held)
    with pytest.raises(Forbidden):
        reviews.read_reviews(store, CARA, held)
    with pytest.raises(NotFound):
        reviews.read_reviews(store, DAN, held)


def test_no_event_carries_a_rating_or_a_word(store: Store, clock: FrozenClock, held: str) -> None:
    give(store, clock, ANA, held, comment="secret")
    for row in store.held("outbox"):
        assert "secret" not in str(row["data"])
        assert "rating" not in row["data"]


def test_changing_a_given_review_names_the_version_it_changes(store: Store, clock: FrozenClock, held: str) -> None:
    first = give(store, clock, ANA, held, rating=3)
    with pytest.raises(PreconditionRequired):
        give(store, clock, ANA, held, rating=5)
    with pytest.raises(Stale):
        give(store, clock, ANA, held, rating=5, expected=first.version - 1, checked=True)
    assert give(store, clock, ANA, held, rating=5, expected=first.version, checked=True).rating == 5
    assert store.events().count("review.given") == 1


def test_what_the_other_side_read_cannot_be_changed(store: Store, clock: FrozenClock, held: str) -> None:
    give(store, clock, ANA, held)
    give(store, clock, BEN, held)
    with pytest.raises(ReviewClosed):
        give(store, clock, ANA, held, checked=True)


def test_after_14_days_what_was_given_is_revealed_and_the_rest_lapses(
    store: Store, clock: FrozenClock, held: str
) -> None:
    give(store, clock, ANA, held)
    clock.set(NOW + timedelta(days=14))
    assert tick(store, clock, "review-close") == 2
    assert [one.state for one in reviews.read_reviews(store, BEN, held).received] == ["revealed"]
    assert [one.state for one in reviews.read_reviews(store, BEN, held).own] == ["lapsed"]
    assert tick(store, clock, "review-close") == 0


def test_the_deadline_counts_before_the_clock_has_looked(store: Store, clock: FrozenClock, held: str) -> None:
    clock.set(NOW + timedelta(days=14))
    with pytest.raises(ReviewClosed):
        give(store, clock, ANA, held)


def test_a_mentor_of_a_group_says_whom_a_review_is_for(store: Store, clock: FrozenClock, tell: Tell) -> None:
    tell(
        MentorshipJoined(
            mentorship_id="mnt_1",
            program_id="prg_1",
            mentor_id="prs_ben",
            mentee_ids=("prs_ana", "prs_dan"),
            person_id="prs_dan",
        )
    )
    session = arrange(store, clock)
    sessions.hold_session(store, clock, BEN, session.id, None)
    with pytest.raises(InvalidInput, match="whom"):
        give(store, clock, BEN, session.id)
    assert give(store, clock, BEN, session.id, about="prs_dan").addressee_id == "prs_dan"
    assert give(store, clock, DAN, session.id).state == "revealed"
    assert reviews.read_reviews(store, ANA, session.id).received == ()
