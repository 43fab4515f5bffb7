"""Sessions: from their date to what came of them."""

from datetime import timedelta

import pytest

from contracts.matching import MentorshipDeparted, MentorshipEnded, MentorshipJoined, MentorshipPaused
from feedback import repository
from feedback.domain.errors import JourneyClosed
from feedback.domain.session import Session
from feedback.timers import TIMERS
from feedback.use_cases import sessions
from servicekit.caller import Caller
from servicekit.refusals import Forbidden, InvalidInput, NotFound, NotYetKnown, Stale, WrongState
from servicekit.testing import FrozenClock, MemoryStore

from .conftest import ANA, BEN, CARA, DAN, NOW, STARTED, Tell

Store = MemoryStore[repository.Unit]
TOMORROW = NOW + timedelta(days=1, hours=2)


def arrange(store: Store, clock: FrozenClock, caller: Caller = ANA, **changes: object) -> Session:
    details: dict[str, object] = {"starts_at": TOMORROW, "minutes": 45, "agenda": "Hello", "place": "Room 4", **changes}
    return sessions.schedule_session(store, clock, caller, "mnt_1", **details)  # type: ignore[arg-type]


def tick(store: Store, clock: FrozenClock, name: str) -> int:
    """Let one clock do what is due; returns how many things were."""
    timer = next(timer for timer in TIMERS if timer.name == name)
    due = list(store.reading(lambda unit: timer.due(unit, clock.now())))
    for id in due:
        timer.act(store, clock, Caller.system("feedback"), id)
    return len(due)


def last_event(store: Store) -> dict[str, object]:
    data: dict[str, object] = store.held("outbox")[-1]["data"]
    return data


pytestmark = pytest.mark.usefixtures("running")


def test_a_session_is_scheduled_by_either_of_its_people(store: Store, clock: FrozenClock) -> None:
    by_mentee, by_mentor = arrange(store, clock, ANA), arrange(store, clock, BEN)
    assert (by_mentee.state, by_mentee.revision, by_mentee.scheduled_by) == ("scheduled", 0, "prs_ana")
    assert by_mentor.scheduled_by == "prs_ben"
    assert store.events().count("session.scheduled") == 2


def test_what_is_told_of_a_session_holds_no_word_of_it(store: Store, clock: FrozenClock) -> None:
    arrange(store, clock, agenda="my salary", place="my flat")
    told = str([row["data"] for row in store.held("outbox")])
    assert "salary" not in told
    assert "flat" not in told


def test_a_stranger_cannot_see_that_a_session_exists(store: Store, clock: FrozenClock) -> None:
    session = arrange(store, clock)
    with pytest.raises(NotFound):
        sessions.read_session(store, DAN, session.id)
    with pytest.raises(NotFound):
        arrange(store, clock, DAN)


def test_a_manager_sees_dates_and_never_words(store: Store, clock: FrozenClock) -> None:
    session = arrange(store, clock)
    seen = sessions.read_session(store, CARA, session.id)
    assert (seen.state, seen.starts_at) == ("scheduled", TOMORROW)
    assert (seen.agenda, seen.place, seen.notes) == ("", "", "")
    with pytest.raises(Forbidden):
        sessions.hold_session(store, clock, CARA, session.id, None)
    listed, more = sessions.read_sessions(store, CARA, "mnt_1", None, 10)
    assert [one.agenda for one in listed] == [""]
    assert not more


def test_a_session_of_a_mentorship_that_has_not_arrived_is_not_yet_known(store: Store, clock: FrozenClock) -> None:
    with pytest.raises(NotYetKnown):
        sessions.schedule_session(store, clock, ANA, "mnt_2", TOMORROW, 30, "", "")


@pytest.mark.parametrize("days", [-91, 800])
def test_an_impossible_date_is_refused_by_its_field(store: Store, clock: FrozenClock, days: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        arrange(store, clock, starts_at=NOW + timedelta(days=days))
    assert refused.value.errors[0].pointer == "/starts_at"


def test_rescheduling_keeps_the_id_and_raises_the_revision(store: Store, clock: FrozenClock) -> None:
    session = arrange(store, clock)
    later = TOMORROW + timedelta(days=1)
    moved = sessions.reschedule_session(store, clock, BEN, session.id, later, 60, None, None)
    assert (moved.id, moved.revision, moved.starts_at, moved.minutes) == (session.id, 1, later, 60)
    again = sessions.reschedule_session(store, clock, BEN, session.id, later, 60, None, None)
    assert again == moved
    assert store.events().count("session.rescheduled") == 1


def test_words_change_only_against_the_version_that_was_read(store: Store, clock: FrozenClock) -> None:
    session = arrange(store, clock)
    noted = sessions.describe_session(store, BEN, session.id, None, None, "We met.", expected=1)
    assert (noted.agenda, noted.notes, noted.version) == ("Hello", "We met.", 2)
    with pytest.raises(Stale):
        sessions.describe_session(store, ANA, session.id, "New", None, None, expected=1)


def test_holding_twice_is_holding_once(store: Store, clock: FrozenClock) -> None:
    session = arrange(store, clock)
    held = sessions.hold_session(store, clock, ANA, session.id, None)
    assert sessions.hold_session(store, clock, BEN, session.id, None) == held
    assert store.events().count("session.held") == 1
    assert store.events().count("review.due") == 2


@pytest.mark.parametrize("first", ["hold", "miss", "cancel"])
@pytest.mark.parametrize("then", ["hold", "miss", "cancel", "reschedule"])
def test_what_is_over_cannot_become_something_else(store: Store, clock: FrozenClock, first: str, then: str) -> None:
    verbs = {
        "hold": lambda id: sessions.hold_session(store, clock, ANA, id, None),
        "miss": lambda id: sessions.miss_session(store, clock, ANA, id, None),
        "cancel": lambda id: sessions.cancel_session(store, clock, ANA, id, None),
        "reschedule": lambda id: sessions.reschedule_session(
            store, clock, ANA, id, TOMORROW + timedelta(days=2), None, None, None
        ),
    }
    session = arrange(store, clock)
    over = verbs[first](session.id)
    if first == then:
        assert verbs[then](session.id) == over
    else:
        with pytest.raises(WrongState, match=over.state):
            verbs[then](session.id)


def test_cancelling_raises_the_revision_so_that_calendars_follow(store: Store, clock: FrozenClock) -> None:
    session = arrange(store, clock)
    assert sessions.cancel_session(store, clock, ANA, session.id, None).revision == 1
    [told] = [row["data"] for row in store.held("outbox") if row["type"].endswith("session.cancelled.v1")]
    assert told["revision"] == 1


def test_its_people_are_reminded_once_a_day_before(store: Store, clock: FrozenClock) -> None:
    arrange(store, clock, starts_at=NOW + timedelta(days=2))
    assert tick(store, clock, "session-reminder") == 0
    clock.advance(days=1)
    assert tick(store, clock, "session-reminder") == 1
    assert tick(store, clock, "session-reminder") == 0
    assert store.events().count("session.reminded") == 1


def test_a_session_of_today_is_reminded_of_an_hour_before(store: Store, clock: FrozenClock) -> None:
    session = arrange(store, clock, starts_at=NOW + timedelta(hours=5))
    assert session.remind_at == NOW + timedelta(hours=4)
    assert arrange(store, clock, starts_at=NOW + timedelta(minutes=30)).remind_at is None


def test_a_session_that_nobody_told_about_is_missed_after_three_days(store: Store, clock: FrozenClock) -> None:
    session = arrange(store, clock)
    clock.set(session.ends_at + timedelta(days=3) - timedelta(milliseconds=1))
    assert tick(store, clock, "session-missed") == 0
    clock.advance(milliseconds=1)
    assert tick(store, clock, "session-missed") == 1
    assert sessions.read_session(store, ANA, session.id).state == "missed"


def test_a_clock_that_comes_late_changes_nothing(store: Store, clock: FrozenClock) -> None:
    session = arrange(store, clock)
    sessions.hold_session(store, clock, ANA, session.id, None)
    clock.advance(days=30)
    sessions.miss_unheld_session(store, clock, Caller.system("feedback"), session.id)
    sessions.remind_of_session(store, clock, Caller.system("feedback"), session.id)
    assert sessions.read_session(store, ANA, session.id).state == "held"


@pytest.mark.parametrize("fact", [MentorshipPaused, MentorshipEnded])
def test_a_mentorship_that_stops_cancels_what_is_planned(
    store: Store, clock: FrozenClock, tell: Tell, fact: type
) -> None:
    session = arrange(store, clock)
    ids = {"mentorship_id": "mnt_1", "program_id": "prg_1", "mentor_id": "prs_ben", "mentee_ids": ("prs_ana",)}
    tell(fact(**ids, **({"outcome": "completed"} if fact is MentorshipEnded else {})))
    assert sessions.read_session(store, ANA, session.id).state == "cancelled"
    with pytest.raises(JourneyClosed):
        arrange(store, clock)


def test_who_joins_a_group_is_invited_to_what_is_planned(store: Store, clock: FrozenClock, tell: Tell) -> None:
    session = arrange(store, clock)
    ids = {"mentorship_id": "mnt_1", "program_id": "prg_1", "mentor_id": "prs_ben"}
    tell(MentorshipJoined(**ids, mentee_ids=("prs_ana", "prs_dan"), person_id="prs_dan"))
    seen = sessions.read_session(store, DAN, session.id)
    assert (seen.mentee_ids, seen.revision) == (("prs_ana", "prs_dan"), 1)
    tell(MentorshipDeparted(**ids, mentee_ids=("prs_dan",), person_id="prs_ana"))
    with pytest.raises(NotFound):
        sessions.read_session(store, ANA, session.id)


def test_pages_of_sessions_neither_repeat_nor_skip(store: Store, clock: FrozenClock) -> None:
    made = [arrange(store, clock, starts_at=TOMORROW + timedelta(days=day // 2)).id for day in range(7)]
    seen: list[str] = []
    before, more = None, True
    while more:
        page, more = sessions.read_sessions(store, ANA, "mnt_1", before, 2)
        seen += [one.id for one in page]
        before = (page[-1].starts_at, page[-1].id)
    assert sorted(seen) == sorted(made)
    assert STARTED.mentorship_id == "mnt_1"
