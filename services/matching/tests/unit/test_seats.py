"""Seats: what a person can take, and what lowering a limit does."""

from datetime import UTC, datetime

import pytest

from matching.domain.errors import NoSeatLeft
from matching.domain.seats import Seats
from matching.use_cases import mentorships
from matching.use_cases.seating import in_line

from .world import CARA, World, caller

NOW = datetime(2027, 1, 11, tzinfo=UTC)


def _seats(capacity: int | None = None, **limits: int) -> Seats:
    seats = Seats(id="prs_ben", capacity=capacity, changed_at=NOW)
    for program_id, limit in limits.items():
        seats = seats.placed(program_id, "mentor", limit, NOW)
    return seats


def test_no_seat_is_taken_that_is_not_there() -> None:
    seats = _seats(p=1).take("p", "mentor", NOW)
    with pytest.raises(NoSeatLeft):
        seats.take("p", "mentor", NOW)
    with pytest.raises(NoSeatLeft):
        seats.take("elsewhere", "mentor", NOW)


def test_the_persons_own_limit_spans_programs() -> None:
    seats = _seats(capacity=1, p=5, q=5).take("p", "mentor", NOW)
    assert (seats.left("p", "mentor"), seats.left("q", "mentor")) == (0, 0)
    with pytest.raises(NoSeatLeft):
        seats.take("q", "mentor", NOW)


def test_an_own_limit_as_mentor_says_nothing_about_being_a_mentee() -> None:
    seats = _seats(capacity=0).placed("p", "mentee", 1, NOW)
    assert seats.take("p", "mentee", NOW).taken == 0


def test_a_place_that_was_given_up_lasts_while_something_is_taken() -> None:
    seats = _seats(p=2).take("p", "mentor", NOW).placed("p", "mentor", 0, NOW)
    assert (seats.taken, seats.left("p", "mentor")) == (1, 0)
    assert seats.give_back("p", "mentor", NOW).places == ()


def test_a_lowered_limit_leaves_what_is_taken_and_takes_nothing_new() -> None:
    seats = _seats(p=3).take("p", "mentor", NOW).take("p", "mentor", NOW).limited(1, NOW)
    assert (seats.taken, seats.is_over_capacity, seats.left("p", "mentor")) == (2, True, 0)
    assert seats.give_back("p", "mentor", NOW).left("p", "mentor") == 0


def test_a_place_as_the_profile_says_follows_it_and_another_does_not() -> None:
    seats = _seats(p=2).placed("q", "mentor", 1, NOW, as_profile=True)
    assert seats.left("q", "mentor") == 1
    seats = seats.limited(4, NOW)
    assert (seats.left("p", "mentor"), seats.left("q", "mentor")) == (2, 4)
    assert seats.limited(0, NOW).limited(3, NOW).left("q", "mentor") == 3


def test_a_profile_that_takes_fewer_leaves_what_is_taken_in_a_place_that_follows_it() -> None:
    seats = _seats(capacity=2).placed("p", "mentor", 2, NOW, as_profile=True)
    seats = seats.take("p", "mentor", NOW).take("p", "mentor", NOW).limited(0, NOW)
    assert (seats.taken, seats.over_by, seats.left("p", "mentor")) == (2, 2, 0)
    assert seats.give_back("p", "mentor", NOW).limited(2, NOW).left("p", "mentor") == 1


def test_giving_back_what_nobody_has_is_a_fault_and_not_a_refusal() -> None:
    with pytest.raises(LookupError):
        _seats().give_back("p", "mentor", NOW)


def test_a_request_that_waits_while_the_capacity_is_lowered_is_refused_and_waits_on(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ben", "mentor", capacity=2)
    for name in ("ana", "ada"):
        world.enrolled(program, name, "mentee")
    first, second = world.asked(program, "ana", "ben"), world.asked(program, "ada", "ben")
    world.accepted(first)
    world.profile("ben", capacity=1)
    with pytest.raises(NoSeatLeft):
        world.accepted(second)
    assert world.request(second).state == "pending"
    assert len(world.store.held("mentorships")) == 1


def test_every_move_raises_the_seats_of_everybody_concerned(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor", capacity=2)

    def versions() -> tuple[int, int]:
        return world.seats("ana").version, world.seats("ben").version

    before = versions()
    request = world.asked(program, "ana", "ben")
    asked = versions()
    mentorship = world.accepted(request)
    accepted = versions()
    mentorships.pause_mentorship(world.store, world.clock, caller("ana"), mentorship.id)
    paused = versions()
    mentorships.end_mentorship(world.store, world.clock, caller("ana"), mentorship.id, "completed")
    ended = versions()
    for earlier, later in ((before, asked), (asked, accepted), (accepted, paused), (paused, ended)):
        assert later == (earlier[0] + 1, earlier[1] + 1)
    world.person("ana")
    world.profile("ben", capacity=1)
    assert versions() == (ended[0] + 1, ended[1] + 1)


def test_a_later_change_of_the_reporting_line_ends_nothing_and_is_flagged_to_managers(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    mentorship = world.accepted(world.asked(program, "ana", "ben"))
    assert mentorships.get_mentorship(world.store, CARA, mentorship.id).flags == ()
    world.person("ana", manager_id="prs_mia")
    world.person("mia", manager_id="prs_ben")
    seen = mentorships.get_mentorship(world.store, CARA, mentorship.id)
    assert (seen.state, seen.flags) == ("active", ("reporting_line",))
    listed, _ = mentorships.list_mentorships(world.store, CARA, program_id=program.id, state=None, after=None, limit=10)
    assert [one.flags for one in listed] == [("reporting_line",)]
    assert mentorships.get_mentorship(world.store, caller("ana"), mentorship.id).flags == ()
    assert world.store.reading(lambda unit: in_line(unit, "prs_ana", "prs_ben"))
