"""Journeys: opened by a fact of another service, in whatever order its topics arrive."""

import itertools
from dataclasses import replace
from datetime import date

import pytest

from contracts import Event
from contracts.matching import (
    EnrolmentApplied,
    EnrolmentApproved,
    EnrolmentWithdrawn,
    MentorshipEnded,
    MentorshipPaused,
    MentorshipResumed,
    PlanChanged,
)
from contracts.profiles import ErasureStarted, PersonChanged, PersonErased
from feedback import repository
from feedback.domain.errors import JourneyClosed
from feedback.domain.journey import Agreement
from feedback.handlers import HANDLERS
from feedback.use_cases import journeys, reviews, sessions
from servicekit.refusals import Forbidden, NotFound, NotYetKnown, Stale
from servicekit.testing import FrozenClock, MemoryStore
from servicekit.testing.foreseeing import asked_together

from .conftest import ANA, BEN, CARA, DAN, IDS, NOW, PLAN, STARTED, Tell, enveloped
from .test_sessions import arrange

Store = MemoryStore[repository.Unit]
ANA_WORKS = PersonChanged(person_id="prs_ana", status="active", time_zone="Europe/Berlin")
APPLIED = EnrolmentApplied(enrolment_id="enr_1", program_id="prg_1", person_id="prs_ana", role="mentee")
APPROVED = EnrolmentApproved(enrolment_id="enr_1", program_id="prg_1", person_id="prs_ana", role="mentee")


@pytest.mark.parametrize("order", list(itertools.permutations([PLAN, STARTED, ANA_WORKS, APPROVED])))
def test_a_journey_is_the_same_in_whatever_order_its_topics_arrive(
    store: Store, tell: Tell, order: tuple[Event, ...]
) -> None:
    tell(*order)
    view = journeys.read_journey(store, ANA, "mnt_1")
    assert view.journey.state == "active"
    assert [(one.key, one.title, one.due_on) for one in view.milestones] == [
        ("kick_off", "First meeting", date(2027, 1, 25))
    ]
    assert view.health is not None
    assert journeys.read_journey(store, CARA, "mnt_1").whole is False
    assert store.held("people")[0]["status"] == "active"
    assert store.held("participations")[0]["state"] == "approved"


def test_without_a_plan_a_journey_is_known_to_its_people_alone(store: Store, tell: Tell) -> None:
    tell(STARTED)
    assert journeys.read_journey(store, BEN, "mnt_1").milestones == ()
    with pytest.raises(NotFound):
        journeys.read_journey(store, CARA, "mnt_1")


@pytest.mark.parametrize("fact", [MentorshipPaused(**IDS), MentorshipEnded(**IDS, outcome="ended")])
def test_a_later_fact_opens_a_journey_whose_start_was_dropped(store: Store, tell: Tell, fact: Event) -> None:
    tell(fact)
    expected = "paused" if isinstance(fact, MentorshipPaused) else "ended"
    assert journeys.read_journey(store, ANA, "mnt_1").journey.state == expected


def test_what_is_over_stays_over(store: Store, tell: Tell) -> None:
    tell(STARTED, MentorshipEnded(**IDS, outcome="completed"), MentorshipResumed(**IDS), MentorshipPaused(**IDS))
    assert journeys.read_journey(store, ANA, "mnt_1").journey.state == "ended"


def test_a_place_keeps_its_newest_state(store: Store, tell: Tell) -> None:
    tell(APPLIED, APPROVED, EnrolmentWithdrawn(**{name: getattr(APPLIED, name) for name in
         ("enrolment_id", "program_id", "person_id", "role")}))  # fmt: skip
    assert [one["state"] for one in store.held("participations")] == ["withdrawn"]


def test_an_unchanged_snapshot_is_not_written_again(store: Store, tell: Tell) -> None:
    tell(PLAN, ANA_WORKS, PLAN, ANA_WORKS)
    assert [one["version"] for one in store.held("plans") + store.held("people")] == [1, 1]


def test_managers_follow_the_newest_plan(store: Store, tell: Tell) -> None:
    tell(PLAN, STARTED)
    assert journeys.read_journey(store, CARA, "mnt_1").journey.id == "mnt_1"
    changed = {name: getattr(PLAN, name) for name in ("program_id", "name", "kind", "state", "starts_on", "ends_on")}
    tell(PlanChanged(**changed, managers=("prs_dan",)))
    assert journeys.read_journey(store, DAN, "mnt_1").journey.id == "mnt_1"
    with pytest.raises(NotFound):
        journeys.read_journey(store, CARA, "mnt_1")


class TestAgreement:
    WORDS = Agreement(aims="Lead a team", meeting="Every other week", boundaries="What we say stays here")

    @pytest.fixture(autouse=True)
    def _running(self, running: None) -> None:
        """Ana and Ben's mentorship runs."""

    def test_it_stands_once_both_agreed(self, store: Store, clock: FrozenClock) -> None:
        journeys.propose_agreement(store, ANA, "mnt_1", self.WORDS, 1)
        assert "agreement.agreed" not in store.events()
        for _ in range(2):
            agreed = journeys.agree(store, clock, BEN, "mnt_1", None).agreement
        assert agreed is not None
        assert (agreed.agreed_by, agreed.agreed_at) == (("prs_ana", "prs_ben"), NOW)
        assert store.events().count("agreement.agreed") == 1

    def test_new_words_are_agreed_on_anew(self, store: Store, clock: FrozenClock) -> None:
        journeys.propose_agreement(store, ANA, "mnt_1", self.WORDS, 1)
        with pytest.raises(Stale):
            journeys.propose_agreement(store, BEN, "mnt_1", self.WORDS, 1)
        view = journeys.propose_agreement(store, BEN, "mnt_1", self.WORDS, 2)
        assert view.agreement is not None
        assert view.agreement.agreed_by == ("prs_ben",)

    def test_a_manager_sees_no_word_of_it(self, store: Store, clock: FrozenClock) -> None:
        journeys.propose_agreement(store, ANA, "mnt_1", self.WORDS, 1)
        assert journeys.read_journey(store, CARA, "mnt_1").agreement is None
        with pytest.raises(Forbidden):
            journeys.agree(store, clock, CARA, "mnt_1", None)

    def test_there_must_be_something_to_agree_on(self, store: Store, clock: FrozenClock) -> None:
        with pytest.raises(JourneyClosed, match="PUT"):
            journeys.agree(store, clock, ANA, "mnt_1", None)
        with pytest.raises(NotYetKnown):
            journeys.agree(store, clock, ANA, "mnt_9", None)


ERASURE = ErasureStarted(erasure_id="era_1", person_id="prs_ana", deadline=NOW)
ERASED = PersonErased(person_id="prs_ana")


@pytest.mark.parametrize("order", list(itertools.permutations([ERASURE, ERASED, ANA_WORKS])))
def test_erasure_destroys_every_word_keeps_dates_and_gives_one_receipt(
    store: Store, clock: FrozenClock, tell: Tell, running: None, order: tuple[Event, ...]
) -> None:
    session = arrange(store, clock, agenda="private")
    sessions.hold_session(store, clock, ANA, session.id, None)
    reviews.give_review(store, clock, ANA, session.id, None, 5, "private", None, False)
    journeys.propose_agreement(store, ANA, "mnt_1", Agreement(aims="private"), None)
    tell(*order, *order)
    kept = [store.held(name) for name in ("sessions", "reviews", "journeys", "people", "outbox")]
    assert "private" not in str(kept)
    assert store.held("people")[0]["erased"] is True
    assert sessions.read_session(store, BEN, session.id).starts_at == session.starts_at
    assert [row["data"]["destroyed"] for row in store.held("outbox") if "receipt" in row["type"]] == [
        {"sessions": 1, "reviews": 1, "agreements": 1, "replies": 0, "parked_events": 0}
    ]


def test_many_people_are_asked_about_once(store: Store, clock: FrozenClock) -> None:
    people = [replace(ANA_WORKS, person_id=f"prs_{number}") for number in range(5)]
    envelopes = [enveloped(person, NOW) for person in people]
    assert asked_together(store, clock, HANDLERS[PersonChanged], envelopes) == ["people"]
