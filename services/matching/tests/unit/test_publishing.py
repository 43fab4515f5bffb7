"""A run's pairs become mentorships: within seats and rules, once each, confirmed by whom the program asks."""

from typing import Any

import pytest

from matching import repository
from matching.domain.errors import AlreadyPublishing, DeadlinePassed
from matching.domain.mentorship import Mentorship
from matching.domain.program import Program
from matching.domain.run import Run
from matching.domain.seats import Seats
from matching.domain.terms import Group
from matching.pool import Pools
from matching.timers import TIMERS
from matching.use_cases import enrolments, mentorships, programs, recommendations, requests, seating
from matching.use_cases.runs import publishing, reading, starting
from servicekit.caller import Caller
from servicekit.refusals import NotFound, WrongState
from servicekit.store import Conflict
from servicekit.timers import Timers

from .solving import found, pairs, published, solved
from .world import CARA, World, caller


def _program(world: World, mentees: int = 2, seats: int = 2, **values: Any) -> Program:
    made = world.program(**values)
    for name in ("ana", "ada", "amy", "abe")[:mentees]:
        world.enrolled(made, name, "mentee")
    world.enrolled(made, "ben", "mentor", capacity=seats)
    return made


def _mentorships(world: World, **where: Any) -> list[dict[str, Any]]:
    return [one for one in world.store.held("mentorships") if all(one[key] == held for key, held in where.items())]


def _only(world: World) -> Mentorship:
    (held,) = _mentorships(world)
    one: Mentorship = world.get(Mentorship, held["_id"])
    return one


def _skipped(world: World, run: Run) -> dict[str, str]:
    listed, _ = reading.list_proposals(
        world.store, CARA, run.id, state="skipped", marked=None, person_id=None, order="mentee", after=None, limit=50
    )
    return {one.mentee_id: str(one.skipped) for one in listed}


def test_published_pairs_are_proposed_hold_their_seats_and_wait_for_both(world: World) -> None:
    program = _program(world)
    run = solved(world, program)
    mark = len(world.store.events())
    done = published(world, run)
    assert (done.state, done.pairs["published"], done.pairs["skipped"]) == ("published", 2, 0)
    assert world.told_since(mark) == ["mentorship.proposed", "mentorship.proposed", "run.published"]
    held = _mentorships(world, state="proposed", run_id=run.id)
    assert {tuple(one["asked"]) for one in held} == {("prs_ben", "prs_ana"), ("prs_ben", "prs_ada")}
    assert world.seats("ben").left(program.id, "mentor") == 0
    assert publishing.publish_run(world.store, world.clock, CARA, run.id).state == "published"


def test_whoever_is_proposed_to_a_mentor_reads_why_though_that_mentor_has_no_seat_left(world: World) -> None:
    program = _program(world, mentees=3, seats=1)
    published(world, solved(world, program))
    pools = Pools(world.store, world.clock)

    def explained(mentee_id: str) -> recommendations.Explanation:
        return recommendations.explain_pair(
            world.store, Caller.person(mentee_id), pools, program.id, mentee_id, "prs_ben"
        )

    (proposed,) = _only(world).mentee_ids
    assert explained(proposed).match is not None
    (other, *_) = {"prs_ana", "prs_ada", "prs_amy"} - {proposed}
    assert (explained(other).rule, explained(other).match) == ("capacity", None)


def test_a_proposed_mentorship_starts_when_both_have_confirmed(world: World) -> None:
    program = _program(world, mentees=1)
    published(world, solved(world, program))
    one = _only(world)
    mark = len(world.store.events())
    waiting = mentorships.confirm_mentorship(world.store, world.clock, caller("ana"), one.id)
    assert (waiting.state, waiting.confirmed_by) == ("proposed", ("prs_ana",))
    mentorships.confirm_mentorship(world.store, world.clock, caller("ana"), one.id)
    world.clock.advance(days=1)
    active = mentorships.confirm_mentorship(world.store, world.clock, caller("ben"), one.id)
    assert (active.state, active.started_at, active.deadline) == ("active", world.clock.now(), None)
    assert world.told_since(mark) == ["mentorship.confirmed", "mentorship.confirmed", "mentorship.started"]
    assert mentorships.confirm_mentorship(world.store, world.clock, caller("ben"), one.id).state == "active"
    with pytest.raises(NotFound):
        mentorships.confirm_mentorship(world.store, world.clock, caller("eve"), one.id)


def test_a_program_may_ask_the_mentor_alone_or_nobody(world: World) -> None:
    asking = _program(world, mentees=1, confirmation="mentor")
    published(world, solved(world, asking))
    one = _only(world)
    assert mentorships.confirm_mentorship(world.store, world.clock, caller("ben"), one.id).state == "active"
    at_once = world.program(confirmation="none")
    world.enrolled(at_once, "zoe", "mentee")
    world.enrolled(at_once, "max", "mentor", capacity=1)
    run = solved(world, at_once)
    mark = len(world.store.events())
    published(world, run)
    assert world.told_since(mark) == ["mentorship.started", "run.published"]
    assert [one["state"] for one in _mentorships(world, run_id=run.id)] == ["active"]


def test_who_declines_frees_both_seats_and_tells_the_other_no_reason(world: World) -> None:
    program = _program(world, mentees=1)
    published(world, solved(world, program))
    one = _only(world)
    declined = mentorships.decline_mentorship(world.store, world.clock, caller("ben"), one.id, "no_time")
    assert (declined.state, declined.reason) == ("declined", "no_time")
    assert mentorships.decline_mentorship(world.store, world.clock, caller("ben"), one.id, "no_time") == declined
    seen = mentorships.get_mentorship(world.store, caller("ana"), one.id)
    assert (seen.state, seen.reason, seen.ended_by, seen.outcome) == ("declined", None, None, None)
    assert world.seats("ben").taken == 0
    assert world.seats("ana").left(program.id, "mentee") == 1
    assert world.store.events()[-2:] == ["mentorship.declined", "reason.recorded"]
    with pytest.raises(WrongState):
        mentorships.confirm_mentorship(world.store, world.clock, caller("ana"), one.id)


def test_a_proposal_that_is_not_confirmed_in_time_expires(world: World) -> None:
    program = _program(world, mentees=1, confirm_within="P3D")
    published(world, solved(world, program))
    one = _only(world)
    mentorships.confirm_mentorship(world.store, world.clock, caller("ana"), one.id)
    world.clock.advance(days=3)
    with pytest.raises(DeadlinePassed):
        mentorships.confirm_mentorship(world.store, world.clock, caller("ben"), one.id)
    Timers("matching", world.store, world.clock, TIMERS).step()
    assert _only(world).state == "expired"
    assert world.store.events()[-1] == "mentorship.expired"
    assert world.seats("ben").taken == 0


def test_what_became_impossible_is_skipped_with_its_reason_and_the_rest_is_published(world: World) -> None:
    program = _program(world, mentees=4, seats=4)
    run = solved(world, program)
    assert len(pairs(world, run)) == 4
    world.person("ana", languages=("fr",))
    world.enrolled(program, "zoe", "mentor", capacity=1)
    world.accepted(world.asked(program, "ada", "zoe"))
    (place,) = [one for one in world.store.held("enrolments") if one["person_id"] == "prs_amy"]
    enrolments.pause(world.store, world.clock, CARA, place["_id"])
    done = published(world, run)
    assert (done.pairs["published"], done.pairs["skipped"]) == (1, 3)
    assert _skipped(world, run) == {
        "prs_ana": "not_available",
        "prs_ada": "no_seat_left",
        "prs_amy": "not_available",
    }


def test_no_mentor_is_over_capacity_whoever_accepted_meanwhile(world: World) -> None:
    program = _program(world, mentees=2, seats=2)
    run = solved(world, program)
    world.enrolled(program, "zoe", "mentee")
    world.accepted(world.asked(program, "zoe", "ben"))
    done = published(world, run)
    assert (done.pairs["published"], done.pairs["skipped"]) == (1, 1)
    assert world.seats("ben").taken == 2


def test_a_pair_that_found_each_other_is_not_paired_twice_and_its_request_is_closed(world: World) -> None:
    program = _program(world, mentees=1)
    (place,) = [one for one in world.store.held("enrolments") if one["person_id"] == "prs_ana"]
    enrolments.change_enrolment(
        world.store, world.clock, caller("ana"), place["_id"], capacity=2, wishes=None, expected=None
    )
    asked = world.asked(program, "ana", "ben")
    run = solved(world, program)
    published(world, run)
    assert (world.request(asked).state, world.request(asked).cause) == ("superseded", "wish_met")
    with pytest.raises(WrongState):
        requests.accept_request(world.store, world.clock, caller("ben"), asked.id)
    assert len(_mentorships(world)) == 1


def test_a_crash_amid_some_pairs_makes_none_of_them_and_resumes_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _program(world, mentees=4, seats=4)
    run = solved(world, program)
    publishing.publish_run(world.store, world.clock, CARA, run.id)
    monkeypatch.setattr(publishing, "AT_ONCE", 2)
    taken = seating.take_seats
    count = 0

    def dying(*arguments: Any) -> None:
        nonlocal count
        count += 1
        taken(*arguments)
        if count == 4:
            raise MemoryError

    monkeypatch.setattr(publishing, "take_seats", dying)
    assert publishing.publish_some(world.store, world.clock) == 2
    with pytest.raises(MemoryError):
        publishing.publish_some(world.store, world.clock)
    assert len(_mentorships(world)) == 2
    assert world.seats("ben").taken == 2
    while publishing.publish_some(world.store, world.clock):
        pass
    assert len(_mentorships(world)) == 4
    assert world.seats("ben").taken == 4
    assert world.store.events().count("mentorship.proposed") == 4
    assert found(world, run).pairs["published"] == 4


def test_pairs_are_asked_for_once_and_what_another_worker_did_since_is_not_done_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _program(world, mentees=4, seats=4)
    run = solved(world, program)
    publishing.publish_run(world.store, world.clock, CARA, run.id)
    monkeypatch.setattr(publishing, "AT_ONCE", 1)
    waiting = publishing.Waiting()
    assert publishing.publish_some(world.store, world.clock, waiting) == 1
    with monkeypatch.context() as unasked:
        unasked.setattr(publishing, "_waiting_in", None)
        assert publishing.publish_some(world.store, world.clock, waiting) == 1
        other = next(one["_id"] for one in world.store.held("proposals") if one["state"] == "proposed")
        publishing.publish_pairs(world.store, world.clock, program.id, [other])
        assert publishing.publish_some(world.store, world.clock, waiting) == 1
        assert publishing.publish_some(world.store, world.clock, waiting) == 1
    assert publishing.publish_some(world.store, world.clock, waiting) == 0
    assert len(_mentorships(world)) == world.seats("ben").taken == found(world, run).pairs["published"] == 4


def test_one_run_of_a_program_is_published_at_a_time(world: World) -> None:
    program = _program(world)
    first, second = solved(world, program), solved(world, program)
    publishing.publish_run(world.store, world.clock, CARA, first.id)
    with pytest.raises(AlreadyPublishing):
        publishing.publish_run(world.store, world.clock, CARA, second.id)
    while publishing.publish_some(world.store, world.clock):
        pass
    done = published(world, second)
    assert (done.pairs["published"], done.pairs["skipped"]) == (0, 2)


def test_a_run_that_is_not_ready_publishes_nothing(world: World) -> None:
    program = _program(world)
    run = solved(world, program)
    starting.discard_run(world.store, world.clock, CARA, run.id)
    with pytest.raises(WrongState):
        publishing.publish_run(world.store, world.clock, CARA, run.id)
    assert publishing.publish_some(world.store, world.clock) == 0
    assert _mentorships(world) == []


def test_a_program_that_closes_skips_what_is_left(world: World) -> None:
    program = _program(world)
    run = solved(world, program)
    publishing.publish_run(world.store, world.clock, CARA, run.id)
    programs.close_program(world.store, world.clock, CARA, program.id)
    while publishing.publish_some(world.store, world.clock):
        pass
    assert (found(world, run).pairs["published"], found(world, run).pairs["skipped"]) == (0, 2)


def test_groups_start_at_once_and_each_mentee_joins(world: World) -> None:
    program = _program(world, mentees=3, seats=3, kind="group", group=Group(min=2, max=4))
    run = solved(world, program)
    done = published(world, run)
    assert done.pairs["published"] == 3
    group = _only(world)
    assert (group.state, len(group.mentee_ids)) == ("active", 3)


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_who_leaves_takes_a_proposed_mentorship_along(world: World, who: str) -> None:
    published(world, solved(world, _program(world, mentees=1)))
    world.person(who, status="left")
    one = _only(world)
    assert (one.state, one.reason) == ("declined", "person_left")
    assert world.seats("ben").taken == 0


def test_a_closing_program_and_a_withdrawal_end_what_is_only_proposed(world: World) -> None:
    program = _program(world, mentees=2)
    published(world, solved(world, program))
    (place,) = [one for one in world.store.held("enrolments") if one["person_id"] == "prs_ana"]
    enrolments.withdraw(world.store, world.clock, caller("ana"), place["_id"])
    assert sorted(one["state"] for one in _mentorships(world)) == ["declined", "proposed"]
    programs.close_program(world.store, world.clock, CARA, program.id)
    assert {one["state"] for one in _mentorships(world)} == {"declined"}
    assert world.seats("ben").taken == 0


def test_a_manager_takes_a_proposal_back(world: World) -> None:
    published(world, solved(world, _program(world, mentees=1)))
    one = _only(world)
    ended = mentorships.end_mentorship(world.store, world.clock, CARA, one.id, "not_a_fit")
    assert ended.state == "declined"
    assert world.seats("ben").taken == 0


def test_a_pair_at_which_others_are_all_the_time_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    program = world.program()
    for number in range(12):
        world.enrolled(program, f"a{number:02d}", "mentee")
        world.enrolled(program, f"b{number:02d}", "mentor", capacity=1)
    run = solved(world, program)
    publishing.publish_run(world.store, world.clock, CARA, run.id)

    def contended(self: repository.Unit, entity: Any, *events: Any) -> Any:
        if entity.id == "prs_a05" and isinstance(entity, Seats):
            raise Conflict("others are at it")
        return save(self, entity, *events)

    save = repository.Unit.save
    with monkeypatch.context() as patch:
        patch.setattr(repository.Unit, "save", contended)
        assert publishing.publish_some(world.store, world.clock) == 12
        assert publishing.publish_some(world.store, world.clock) == 1
    assert len(_mentorships(world)) == 11
    assert found(world, run).state == "publishing"
    done = published(world, run)
    assert (done.state, done.pairs["published"], done.pairs["skipped"]) == ("published", 12, 0)
