"""The queries of this service on a document server, with its real indexes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedback import repository
from feedback.timers import TIMERS
from feedback.use_cases import health, journeys, reviews, sessions
from feedback.use_cases.journeys import Mentorship
from servicekit.caller import Caller
from servicekit.mongo import MongoStore, connect
from servicekit.store import Catalogue
from servicekit.testing import FrozenClock

pytestmark = pytest.mark.stack
NOW = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
ANA, BEN = Caller.person("prs_ana"), Caller.person("prs_ben")
SYSTEM = Caller.system("feedback")
Store = MongoStore[repository.Unit]


@pytest.fixture
def store(stack_backing: Any, own_name: str) -> Iterator[Store]:
    with connect(stack_backing.mongodb) as client:
        store = MongoStore(client[own_name], repository.Unit, Catalogue(repository.DOCUMENTS), "feedback")
        store.prepare()
        yield store
        client.drop_database(own_name)


def test_a_story_reads_from_the_server_as_from_memory(store: Store) -> None:
    clock = FrozenClock(NOW)
    pair = Mentorship(id="mnt_1", program_id="prg_1", mentor_id="prs_ben", mentee_ids=("prs_ana",))
    journeys.open_journey(store, SYSTEM, pair, NOW)
    starts = [NOW + timedelta(days=2, hours=hour) for hour in (0, 0, 5)]
    made = [sessions.schedule_session(store, clock, ANA, "mnt_1", at, 30, "", "") for at in starts]
    first, more = sessions.read_sessions(store, BEN, "mnt_1", None, 2)
    rest, no_more = sessions.read_sessions(store, BEN, "mnt_1", (first[-1].starts_at, first[-1].id), 2)
    assert {one.id for one in first + rest} == {one.id for one in made}
    assert (more, no_more) == (True, False)

    sessions.hold_session(store, clock, BEN, made[0].id, None)
    reviews.give_review(store, clock, ANA, made[0].id, None, 5, "Thank you.", None, False)
    clock.set(NOW + timedelta(days=30))
    for timer in TIMERS:
        due = store.reading(lambda unit, timer=timer: timer.due(unit, clock.now()))  # type: ignore[misc]
        for id in due:
            timer.act(store, clock, SYSTEM, id)
        assert not list(store.reading(lambda unit, timer=timer: timer.due(unit, clock.now())))  # type: ignore[misc]
    view = journeys.read_journey(store, BEN, "mnt_1")
    assert sorted(one.state for one in view.sessions) == ["held", "missed", "missed"]
    assert [one.comment for one in reviews.read_reviews(store, BEN, made[0].id).received] == ["Thank you."]
    assert view.health is not None
    assert view.health.level == "at_risk"


def test_the_health_of_a_program_is_paged_by_mentorship(store: Store) -> None:
    ids = [f"mnt_{number}" for number in range(5)]
    for id in ids:
        pair = Mentorship(id=id, program_id="prg_1", mentor_id="prs_ben", mentee_ids=(f"prs_{id}",))
        journeys.open_journey(store, SYSTEM, pair, NOW)
    store.database["plans"].insert_one(
        {"_id": "prg_1", "version": 1, "name": "Leaders", "kind": "one_to_one", "state": "running", "managers": []}
    )
    auditor = Caller.person("prs_eve", "auditor")
    first, more = health.read_program_health(store, auditor, "prg_1", None, 3)
    rest, no_more = health.read_program_health(store, auditor, "prg_1", first[-1].id, 3)
    assert [one.id for one in first + rest] == ids
    assert (more, no_more) == (True, False)


def test_somebody_is_found_as_mentor_and_as_mentee(store: Store) -> None:
    for id, mentor, mentee in (("mnt_1", "prs_ana", "prs_ben"), ("mnt_2", "prs_dan", "prs_ana")):
        pair = Mentorship(id=id, program_id="prg_1", mentor_id=mentor, mentee_ids=(mentee,))
        journeys.open_journey(store, SYSTEM, pair, NOW)
    assert sorted(one.id for one in store.reading(lambda unit: unit.journeys_with("prs_ana"))) == ["mnt_1", "mnt_2"]
