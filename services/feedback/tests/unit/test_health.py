"""Health: from dates and attendance only, never from words."""

from datetime import timedelta

import pytest

from contracts.matching import MentorshipEnded, MentorshipPaused, MentorshipResumed
from feedback import repository
from feedback.domain.health import Health
from feedback.use_cases import health, sessions
from servicekit.caller import Caller
from servicekit.refusals import Forbidden, NotFound
from servicekit.testing import FrozenClock, MemoryStore

from .conftest import ANA, BEN, CARA, DAN, IDS, NOW, Tell
from .test_sessions import arrange, tick

Store = MemoryStore[repository.Unit]
pytestmark = pytest.mark.usefixtures("running")


def read(store: Store) -> Health:
    [held] = health.read_program_health(store, CARA, "prg_1", None, 10)[0]
    return held


def hold_on(store: Store, clock: FrozenClock, days: float) -> None:
    """A session that was held `days` after the start, entered then."""
    clock.set(NOW + timedelta(days=days))
    session = arrange(store, clock, starts_at=clock.now())
    sessions.hold_session(store, clock, BEN, session.id, None)


def test_a_young_mentorship_is_steady_since_it_just_started(store: Store) -> None:
    assert (read(store).level, read(store).reasons) == ("steady", ("just_started",))


def test_a_mentorship_with_a_held_session_is_steady(store: Store, clock: FrozenClock) -> None:
    session = arrange(store, clock)
    sessions.hold_session(store, clock, ANA, session.id, None)
    assert (read(store).level, read(store).reasons) == ("steady", ("meeting",))


def test_three_sessions_in_rhythm_and_a_next_one_are_thriving(store: Store, clock: FrozenClock) -> None:
    for day in (7, 21, 35):
        hold_on(store, clock, day)
    assert read(store).level == "steady"
    arrange(store, clock, starts_at=clock.now() + timedelta(days=10))
    assert (read(store).level, read(store).reasons) == ("thriving", ("meeting_in_rhythm",))


def test_two_missed_sessions_in_a_row_are_a_risk(store: Store, clock: FrozenClock) -> None:
    for _ in range(2):
        session = arrange(store, clock)
        sessions.miss_session(store, clock, ANA, session.id, None)
    assert (read(store).level, read(store).reasons) == ("at_risk", ("missed_in_a_row",))


@pytest.mark.parametrize(
    ("days", "level", "reasons"),
    [
        (14, "steady", ("just_started",)),
        (15, "at_risk", ("nothing_held_yet", "nothing_planned")),
        (28, "at_risk", ("nothing_held_yet", "nothing_planned")),
        (29, "silent", ("nothing_held_yet", "nothing_planned")),
    ],
)
def test_time_alone_makes_a_mentorship_silent(
    store: Store, clock: FrozenClock, days: int, level: str, reasons: tuple[str, ...]
) -> None:
    clock.set(NOW + timedelta(days=days))
    assert tick(store, clock, "health-check") == 1
    assert (read(store).level, read(store).reasons) == (level, reasons)


def test_a_gap_after_a_session_counts_from_that_session(store: Store, clock: FrozenClock) -> None:
    hold_on(store, clock, 10)
    for days, level in ((38, "steady"), (39, "at_risk"), (53, "silent")):
        clock.set(NOW + timedelta(days=days))
        tick(store, clock, "health-check")
        assert read(store).level == level


def test_nothing_is_told_while_nothing_changes(store: Store, clock: FrozenClock) -> None:
    for day in range(1, 6):
        clock.set(NOW + timedelta(days=day))
        tick(store, clock, "health-check")
    assert store.events().count("health.changed") == 1


def test_a_pause_is_no_silence(store: Store, clock: FrozenClock, tell: Tell) -> None:
    tell(MentorshipPaused(**IDS))
    clock.set(NOW + timedelta(days=60))
    assert tick(store, clock, "health-check") == 0
    tell(MentorshipResumed(**IDS))
    assert read(store).level == "steady"


def test_a_mentorship_that_is_over_leaves_the_list(store: Store, clock: FrozenClock, tell: Tell) -> None:
    tell(MentorshipEnded(**IDS, outcome="completed"))
    assert health.read_program_health(store, CARA, "prg_1", None, 10) == ([], False)


def test_managers_and_auditors_alone_read_it(store: Store) -> None:
    assert health.read_program_health(store, Caller.person("prs_eve", "auditor"), "prg_1", None, 10)[0]
    for caller in (ANA, DAN, Caller.person("prs_eve", "program_manager")):
        with pytest.raises(Forbidden):
            health.read_program_health(store, caller, "prg_1", None, 10)
    with pytest.raises(NotFound):
        health.read_program_health(store, CARA, "prg_2", None, 10)
