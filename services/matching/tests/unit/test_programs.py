"""Programs: their course, by hand and by the clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from matching.domain import calendar
from matching.domain.mentorship import Mentorship
from matching.domain.program import Program
from matching.domain.terms import Group
from matching.use_cases import mentorships, programs
from servicekit.refusals import Forbidden, InvalidInput, NotFound, WrongState

from .world import CARA, SYSTEM, World, caller


def _tick(world: World) -> None:
    """What the program's clock does now."""
    for program_id in world.store.reading(lambda unit: unit.programs_due(world.clock.now(), 100)):
        programs.advance_program(world.store, world.clock, SYSTEM, program_id)


def _plans(world: World) -> list[str]:
    rows = [row for row in world.store.held("outbox") if row["topic"] == "mentormesh.matching.plan"]
    return [row["data"]["state"] for row in sorted(rows, key=lambda row: row["sequence"])]


def test_a_program_runs_from_draft_to_closed_by_the_clock(world: World) -> None:
    program = world.program(time_zone="Europe/Berlin")
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    mentorship = world.accepted(world.asked(program, "ana", "ben"))

    world.clock.set(datetime(2027, 1, 31, 22, 59, tzinfo=UTC))
    _tick(world)
    assert world.get(Program, program.id).state == "open"
    world.clock.set(datetime(2027, 1, 31, 23, 0, tzinfo=UTC))  # midnight in Berlin
    _tick(world)
    assert world.get(Program, program.id).state == "running"

    world.clock.set(datetime(2027, 7, 31, 21, 59, tzinfo=UTC))
    _tick(world)
    assert world.get(Program, program.id).state == "running"
    world.clock.advance(minutes=1)
    _tick(world)
    assert world.get(Program, program.id).state == "closing"
    assert world.get(Mentorship, mentorship.id).outcome == "completed"
    _tick(world)
    assert world.get(Program, program.id).state == "closing"
    world.clock.advance(seconds=30)
    _tick(world)
    assert world.get(Program, program.id).state == "closed"
    assert _plans(world) == ["draft", "open", "running", "closing", "closed"]
    assert world.store.reading(lambda unit: unit.programs_due(world.clock.now(), 100)) == []


def test_closing_by_hand_supersedes_requests_and_ends_mentorships_early(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ben", "mentor", capacity=2)
    for name in ("ana", "ada"):
        world.enrolled(program, name, "mentee")
    mentorship = world.accepted(world.asked(program, "ana", "ben"))
    waiting = world.asked(program, "ada", "ben")
    programs.close_program(world.store, world.clock, CARA, program.id)
    assert (world.request(waiting).state, world.request(waiting).cause) == ("superseded", "program_closed")
    ended = world.get(Mentorship, mentorship.id)
    assert (ended.state, ended.reason, ended.outcome) == ("ended", "ended_early", "ended")
    with pytest.raises(WrongState, match="closing"):
        world.asked(program, "ada", "ben")


def test_a_large_program_closes_in_steps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "ENDED_AT_ONCE", 2)
    program = world.program()
    world.enrolled(program, "ben", "mentor", capacity=9)
    for number in range(5):
        world.enrolled(program, f"ana{number}", "mentee")
        world.accepted(world.asked(program, f"ana{number}", "ben"))
    for number in range(5):
        world.enrolled(program, f"ada{number}", "mentee")
        if number < 4:
            world.asked(program, f"ada{number}", "ben")
    programs.close_program(world.store, world.clock, CARA, program.id)
    world.clock.advance(minutes=1)
    for _ in range(10):
        _tick(world)
    assert world.get(Program, program.id).state == "closed"
    assert {one["state"] for one in world.store.held("mentorships")} == {"ended"}
    assert {one["state"] for one in world.store.held("requests")} == {"accepted", "superseded"}
    assert world.seats("ben").taken == 0


def test_verbs_repeated_change_nothing(world: World) -> None:
    program = world.program()
    told = len(world.store.events())
    assert programs.open_program(world.store, world.clock, CARA, program.id).version == program.version
    assert world.told_since(told) == []
    programs.start_program(world.store, CARA, program.id)
    with pytest.raises(WrongState, match="running"):
        programs.open_program(world.store, world.clock, CARA, program.id)


def test_only_its_managers_change_a_program(world: World) -> None:
    program = world.program()
    with pytest.raises(Forbidden):
        programs.close_program(world.store, world.clock, caller("eve"), program.id)
    draft = world.program(opened=False)
    with pytest.raises(NotFound):
        programs.open_program(world.store, world.clock, caller("eve"), draft.id)


def test_a_managers_colleague_manages_too(world: World) -> None:
    world.person("dan")
    program = world.program(managers=("prs_dan",))
    assert program.managers == ("prs_cara", "prs_dan")
    assert programs.start_program(world.store, caller("dan"), program.id).state == "running"


def test_a_program_that_is_over_cannot_be_opened(world: World) -> None:
    draft = world.program(opened=False, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    with pytest.raises(WrongState, match="later ends_on"):
        programs.open_program(world.store, world.clock, CARA, draft.id)


def test_what_people_relied_on_is_fixed_once_a_program_is_open(world: World) -> None:
    program = world.program()
    with pytest.raises(InvalidInput) as refused:
        programs.change_program(world.store, CARA, program.id, {"kind": "reverse"}, program.version)
    assert [error.pointer for error in refused.value.errors] == ["/kind"]
    later = programs.change_program(world.store, CARA, program.id, {"ends_on": date(2027, 8, 31)}, program.version)
    assert later.ends_on == date(2027, 8, 31)
    assert world.store.events()[-2:] == ["program.changed", "plan.changed"]


def test_a_change_that_changes_nothing_tells_nothing(world: World) -> None:
    program = world.program()
    told = len(world.store.events())
    programs.change_program(world.store, CARA, program.id, {"name": program.name}, program.version)
    assert world.told_since(told) == []


def test_a_moved_end_moves_the_clock(world: World) -> None:
    program = world.program()
    programs.start_program(world.store, CARA, program.id)
    running = world.get(Program, program.id)
    programs.change_program(world.store, CARA, program.id, {"ends_on": date(2027, 3, 31)}, running.version)
    assert world.get(Program, program.id).due_at == calendar.end_of(date(2027, 3, 31), "UTC")


def test_a_groups_mentees_share_one_mentorship(world: World) -> None:
    program = world.program(kind="group", group=Group(min=2, max=4))
    world.enrolled(program, "ben", "mentor", capacity=4)
    for name in ("ana", "ada"):
        world.enrolled(program, name, "mentee")
    first = world.accepted(world.asked(program, "ana", "ben"))
    second = world.accepted(world.asked(program, "ada", "ben"))
    assert first.id == second.id
    assert second.mentee_ids == ("prs_ana", "prs_ada")
    assert world.seats("ben").taken == 2
    mentorships.end_mentorship(world.store, world.clock, caller("ana"), first.id, "not_a_fit")
    rest = world.get(Mentorship, first.id)
    assert (rest.state, rest.mentee_ids) == ("active", ("prs_ada",))
    assert world.seats("ben").taken == 1
    mentorships.end_mentorship(world.store, world.clock, caller("ada"), first.id, "completed")
    assert world.get(Mentorship, first.id).state == "ended"
    assert world.seats("ben").taken == 0


def test_a_flash_mentorship_ends_when_its_session_is_held(world: World) -> None:
    program, other = world.program(kind="flash"), world.program()
    for one in (program, other):
        world.enrolled(one, "ana", "mentee")
        world.enrolled(one, "ben", "mentor", capacity=2)
    flash = world.accepted(world.asked(program, "ana", "ben"))
    lasting = world.accepted(world.asked(other, "ana", "ben"))
    for mentorship_id in (flash.id, lasting.id, "mnt_unknown"):
        mentorships.end_flash(world.store, world.clock, mentorship_id)
    assert world.get(Mentorship, flash.id).outcome == "completed"
    assert world.get(Mentorship, lasting.id).state == "active"


def test_a_paused_mentorship_keeps_its_seats(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    mentorship = world.accepted(world.asked(program, "ana", "ben"))
    for _ in range(2):
        mentorships.pause_mentorship(world.store, world.clock, caller("ana"), mentorship.id)
    assert world.seats("ben").taken == 1
    mentorships.resume_mentorship(world.store, world.clock, caller("ben"), mentorship.id)
    mentorships.end_mentorship(world.store, world.clock, CARA, mentorship.id, "ended_early")
    with pytest.raises(WrongState, match="ended"):
        mentorships.pause_mentorship(world.store, world.clock, caller("ana"), mentorship.id)
    assert mentorships.end_mentorship(world.store, world.clock, CARA, mentorship.id, "ended_early").state == "ended"
    with pytest.raises(WrongState, match="ended"):
        mentorships.end_mentorship(world.store, world.clock, caller("ana"), mentorship.id, "completed")


def test_days_end_at_midnight_in_the_programs_time_zone() -> None:
    assert calendar.end_of(date(2027, 3, 27), "Europe/Berlin") == datetime(2027, 3, 27, 23, tzinfo=UTC)
    assert calendar.end_of(date(2027, 3, 28), "Europe/Berlin") == datetime(2027, 3, 28, 22, tzinfo=UTC)
    assert calendar.duration("P2W") == timedelta(days=14)
