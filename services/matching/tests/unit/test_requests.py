"""Requests: who may ask whom, and the one end of each."""

from datetime import timedelta

import pytest

from matching.domain.errors import (
    AlreadyAsked,
    AlreadyPaired,
    DeadlinePassed,
    NoSeatLeft,
    NotAvailable,
    NotEnrolled,
    TooManyOpenRequests,
)
from matching.domain.request import State
from matching.domain.terms import Requests
from matching.use_cases import enrolments, mentorships, requests
from servicekit.caller import Caller
from servicekit.refusals import Forbidden, NotFound, NotYetKnown, WrongState

from .world import CARA, SYSTEM, World, caller


def test_an_accepted_request_starts_a_mentorship_and_takes_a_seat_on_both_sides(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor", capacity=2)
    request = world.asked(program, "ana", "ben", "Would you help me?")
    mark = len(world.store.events())

    mentorship = world.accepted(request)

    assert (mentorship.mentor_id, mentorship.mentee_ids, mentorship.state) == ("prs_ben", ("prs_ana",), "active")
    assert world.seats("ben").taken == 1
    assert world.seats("ana").left(program.id, "mentee") == 0
    assert sorted(world.told_since(mark)) == ["mentorship.started", "request.accepted"]


def test_an_acceptance_repeated_by_the_same_side_changes_nothing(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    request = world.asked(program, "ana", "ben")
    first = requests.accept_request(world.store, world.clock, caller("ben"), request.id)
    again = requests.accept_request(world.store, world.clock, caller("ben"), request.id)
    assert again == first
    assert world.store.events().count("mentorship.started") == 1


def test_only_the_side_that_was_asked_may_answer(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    world.person("dora")
    request = world.asked(program, "ana", "ben")
    with pytest.raises(Forbidden):
        requests.accept_request(world.store, world.clock, caller("ana"), request.id)
    with pytest.raises(NotFound):
        requests.accept_request(world.store, world.clock, caller("dora"), request.id)
    with pytest.raises(NotFound):
        requests.get_request(world.store, CARA, request.id)


def test_a_mentor_may_offer_and_the_mentee_answers(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    request = world.offered(program, "ben", "ana")
    assert request.made_by == "mentor"
    assert world.accepted(request).state == "active"


def test_a_met_wish_supersedes_the_mentees_other_requests(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    for name in ("ben", "bob"):
        world.enrolled(program, name, "mentor")
    to_ben, to_bob = world.asked(program, "ana", "ben"), world.asked(program, "ana", "bob")
    world.accepted(to_ben)
    other = world.request(to_bob)
    assert (other.state, other.cause) == ("superseded", "wish_met")
    with pytest.raises(WrongState, match="superseded"):
        requests.accept_request(world.store, world.clock, caller("bob"), to_bob.id)


def test_a_taken_last_seat_supersedes_the_mentors_other_requests_in_every_program(world: World) -> None:
    program, second = world.program(), world.program(name="Second")
    world.person("ben")
    world.profile("ben", capacity=1)
    for one in (program, second):
        world.enrolled(one, "ben", "mentor", capacity=5)
    world.enrolled(program, "ana", "mentee")
    world.enrolled(second, "ada", "mentee")
    first, other = world.asked(program, "ana", "ben"), world.asked(second, "ada", "ben")
    world.accepted(first)
    assert (world.request(other).state, world.request(other).cause) == ("superseded", "no_seat")


def test_a_mentee_who_wants_two_mentors_keeps_asking_after_the_first(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee", capacity=2)
    for name in ("ben", "bob"):
        world.enrolled(program, name, "mentor")
    to_ben, to_bob = world.asked(program, "ana", "ben"), world.asked(program, "ana", "bob")
    world.accepted(to_ben)
    assert world.request(to_bob).state == "pending"
    world.accepted(to_bob)
    assert world.seats("ana").left(program.id, "mentee") == 0


def test_a_mentor_without_a_seat_cannot_be_asked(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ben", "mentor", capacity=1)
    for name in ("ana", "ada"):
        world.enrolled(program, name, "mentee")
    world.accepted(world.asked(program, "ana", "ben"))
    with pytest.raises(NoSeatLeft):
        world.asked(program, "ada", "ben")


def test_there_is_one_pending_request_between_two_people_in_either_direction(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    world.asked(program, "ana", "ben")
    with pytest.raises(AlreadyAsked):
        world.asked(program, "ana", "ben")
    with pytest.raises(AlreadyAsked):
        world.offered(program, "ben", "ana")


def test_there_is_one_live_mentorship_between_two_people(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee", capacity=2)
    world.enrolled(program, "ben", "mentor", capacity=2)
    world.accepted(world.asked(program, "ana", "ben"))
    with pytest.raises(AlreadyPaired):
        world.asked(program, "ana", "ben")


def test_a_mentee_has_at_most_as_many_open_requests_as_the_program_allows(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    for number in range(4):
        world.enrolled(program, f"ben{number}", "mentor")
    for number in range(3):
        world.asked(program, "ana", f"ben{number}")
    with pytest.raises(TooManyOpenRequests, match="At most 3"):
        world.asked(program, "ana", "ben3")


def test_a_mentor_has_at_most_as_many_open_requests_as_the_program_allows(world: World) -> None:
    program = world.program(requests=Requests(open_per_mentor=2))
    world.enrolled(program, "ben", "mentor", capacity=9)
    for name in ("ana", "ada", "amy"):
        world.enrolled(program, name, "mentee")
    world.asked(program, "ana", "ben")
    world.asked(program, "ada", "ben")
    with pytest.raises(TooManyOpenRequests):
        world.asked(program, "amy", "ben")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"manager_id": "prs_ben"}, {}),
        ({}, {"avoid": ("prs_ben",)}),
        ({"status": "on_leave"}, {}),
    ],
)
def test_a_private_reason_is_never_told(world: World, facts: dict[str, str], said: dict[str, object]) -> None:
    program = world.program()
    world.person("ana", **facts)
    world.profile("ana", **said)
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    with pytest.raises(NotAvailable) as refused:
        world.offered(program, "ben", "ana")
    assert refused.value.detail == "This person is not available in this program."


def test_nobody_is_mentored_by_a_manager_above_their_manager(world: World) -> None:
    program = world.program()
    world.person("ben")
    world.person("mia", manager_id="prs_ben")
    world.person("ana", manager_id="prs_mia")
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    with pytest.raises(NotAvailable):
        world.asked(program, "ana", "ben")


def test_a_reporting_line_that_goes_in_circles_is_walked_once(world: World) -> None:
    program = world.program()
    world.person("mia", manager_id="prs_ana")
    world.person("ana", manager_id="prs_mia")
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    assert world.asked(program, "ana", "ben").state == "pending"


def test_a_rule_that_changed_after_the_question_refuses_the_answer(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    request = world.asked(program, "ana", "ben")
    world.person("ana", manager_id="prs_ben")
    with pytest.raises(NotAvailable):
        world.accepted(request)
    assert world.request(request).state == "pending"


def test_asking_needs_an_approved_place(world: World) -> None:
    program = world.program()
    world.person("ana")
    world.enrolled(program, "ben", "mentor")
    with pytest.raises(NotEnrolled):
        world.asked(program, "ana", "ben")
    enrolments.apply(world.store, world.clock, caller("ana"), program.id, role="mentee")
    with pytest.raises(NotEnrolled):
        world.asked(program, "ana", "ben")


def test_somebody_nobody_has_told_of_is_not_yet_known(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    with pytest.raises(NotYetKnown):
        world.asked(program, "ana", "nobody")


def test_a_declined_request_tells_the_reason_to_whoever_gave_it_only(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    request = world.asked(program, "ana", "ben")
    mark = len(world.store.events())
    declined = requests.decline_request(world.store, world.clock, caller("ben"), request.id, "no_time")
    assert declined.reason == "no_time"
    assert requests.get_request(world.store, caller("ana"), request.id).reason is None
    assert requests.get_request(world.store, caller("ben"), request.id).reason == "no_time"
    assert world.told_since(mark) == ["request.declined", "reason.recorded"]
    with pytest.raises(WrongState, match="declined"):
        requests.withdraw_request(world.store, world.clock, caller("ana"), request.id)


def test_the_side_that_asked_withdraws_and_repeating_it_changes_nothing(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    request = world.asked(program, "ana", "ben")
    first = requests.withdraw_request(world.store, world.clock, caller("ana"), request.id)
    assert requests.withdraw_request(world.store, world.clock, caller("ana"), request.id) == first
    with pytest.raises(Forbidden):
        requests.withdraw_request(world.store, world.clock, caller("ben"), request.id)


def test_what_a_person_wrote_is_in_no_event(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    world.accepted(world.asked(program, "ana", "ben", "zebra"))
    assert "zebra" not in repr(world.store.held("outbox"))


def test_a_request_past_its_deadline_cannot_be_accepted_though_no_clock_has_noticed(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    request = world.asked(program, "ana", "ben")
    world.clock.advance(days=7)
    with pytest.raises(DeadlinePassed):
        world.accepted(request)


def test_a_request_expires_by_the_clock_once(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    request = world.asked(program, "ana", "ben")
    world.clock.advance(days=6, hours=23)
    assert world.store.reading(lambda unit: unit.requests_overdue(world.clock.now(), 10)) == []
    requests.expire_request(world.store, world.clock, SYSTEM, request.id)
    assert world.request(request).state == "pending"
    world.clock.advance(hours=1)
    assert world.store.reading(lambda unit: unit.requests_overdue(world.clock.now(), 10)) == [request.id]
    for _ in range(2):
        requests.expire_request(world.store, world.clock, SYSTEM, request.id)
    assert world.request(request).state == "expired"
    assert world.store.events().count("request.expired") == 1


def test_a_reminder_goes_out_once(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    request = world.asked(program, "ana", "ben")
    world.clock.advance(days=4)
    assert world.store.reading(lambda unit: unit.requests_to_remind(world.clock.now(), 10)) == [request.id]
    for _ in range(2):
        requests.remind_request(world.store, world.clock, SYSTEM, request.id)
    assert world.store.events().count("request.reminded") == 1
    assert world.store.reading(lambda unit: unit.requests_to_remind(world.clock.now(), 10)) == []
    assert world.request(request).reminded_at == world.clock.now()


def _expire(world: World, request_id: str) -> None:
    world.clock.advance(days=7)
    requests.expire_request(world.store, world.clock, SYSTEM, request_id)


def _pending(world: World) -> list[dict[str, object]]:
    return [document for document in world.store.held("requests") if document["state"] == "pending"]


def test_the_next_choice_with_a_seat_is_asked_when_nobody_answers(world: World) -> None:
    program = world.program(requests=Requests(on_no_answer="next_choice"))
    for name in ("ben", "full", "bob"):
        world.enrolled(program, name, "mentor")
    world.enrolled(program, "ada", "mentee")
    world.accepted(world.asked(program, "ada", "full"))
    world.enrolled(program, "ana", "mentee", wishes=("prs_ben", "prs_full", "prs_bob"))
    request = world.asked(program, "ana", "ben", "Dear Ben")
    _expire(world, request.id)
    (following,) = _pending(world)
    assert (following["mentor_id"], following["reroutes"], following["message"]) == ("prs_bob", 1, "")
    assert world.store.events()[-3:] == ["request.expired", "request.made", "request.rerouted"]


def test_a_request_is_rerouted_three_times_at_most(world: World) -> None:
    program = world.program(requests=Requests(on_no_answer="next_choice"))
    names = [f"ben{number}" for number in range(5)]
    for name in names:
        world.enrolled(program, name, "mentor")
    world.enrolled(program, "ana", "mentee", wishes=tuple(f"prs_{name}" for name in names))
    world.asked(program, "ana", names[0])
    asked = []
    while pending := _pending(world):
        asked.append(pending[0]["mentor_id"])
        _expire(world, str(pending[0]["_id"]))
    assert asked == [f"prs_{name}" for name in names[:4]]


def test_by_default_nobody_else_is_asked_when_nobody_answers(world: World) -> None:
    program = world.program()
    for name in ("ben", "bob"):
        world.enrolled(program, name, "mentor")
    world.enrolled(program, "ana", "mentee", wishes=("prs_ben", "prs_bob"))
    _expire(world, world.asked(program, "ana", "ben").id)
    assert _pending(world) == []


def test_an_ended_mentorship_frees_both_seats(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    mentorship = world.accepted(world.asked(program, "ana", "ben"))
    mark = len(world.store.events())
    mentorships.end_mentorship(world.store, world.clock, caller("ana"), mentorship.id, "not_a_fit")
    assert world.seats("ben").taken == 0
    assert world.seats("ana").left(program.id, "mentee") == 1
    assert world.told_since(mark) == ["mentorship.ended", "reason.recorded"]
    assert mentorships.get_mentorship(world.store, caller("ben"), mentorship.id).reason is None
    assert mentorships.get_mentorship(world.store, CARA, mentorship.id).reason == "not_a_fit"
    assert world.asked(program, "ana", "ben").state == "pending"


def test_the_deadlines_are_the_programs(world: World) -> None:
    program = world.program(requests=Requests(answer_within="P2W", remind_after="P3D"))
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    request = world.asked(program, "ana", "ben")
    assert request.deadline - request.made_at == timedelta(weeks=2)
    assert request.remind_at is not None
    assert request.remind_at - request.made_at == timedelta(days=3)


def test_pages_of_requests_follow_one_another(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    for number in range(3):
        world.enrolled(program, f"ben{number}", "mentor")
        world.asked(program, "ana", f"ben{number}")
    first, following = requests.list_requests(
        world.store, caller("ana"), incoming=False, state=None, after=None, limit=2
    )
    rest, end = requests.list_requests(world.store, caller("ana"), incoming=False, state=None, after=following, limit=2)
    assert [one.mentor_id for one in (*first, *rest)] == ["prs_ben0", "prs_ben1", "prs_ben2"]
    assert end is None
    incoming, _ = requests.list_requests(
        world.store, caller("ben1"), incoming=True, state="pending", after=None, limit=2
    )
    assert [one.mentee_id for one in incoming] == ["prs_ana"]


def test_a_manager_reads_who_waits_for_whom_and_not_what_they_wrote_or_why_not(world: World) -> None:
    program = world.program()
    for name in ("ana", "eva"):
        world.enrolled(program, name, "mentee")
    world.enrolled(program, "ben", "mentor", capacity=2)
    asked, offered = world.asked(program, "ana", "ben", "I am lost."), world.offered(program, "ben", "eva")
    requests.decline_request(world.store, world.clock, caller("ben"), asked.id, "not_a_fit")
    found, _ = requests.list_program_requests(world.store, CARA, program.id, state=None, after=None, limit=10)
    assert [(one.id, one.state) for one in found] == [(asked.id, "declined"), (offered.id, "pending")]
    assert {(one.message, one.reason) for one in found} == {("", None)}
    assert (world.request(asked).message, world.request(asked).reason) == ("I am lost.", "not_a_fit")


def test_a_programs_requests_come_oldest_first_page_by_page_and_by_state(world: World) -> None:
    program, other = world.program(requests=Requests(open_per_mentee=5)), world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(other, "ana", "mentee")
    for number in range(4):
        world.enrolled(program, f"ben{number}", "mentor")
    made = [world.asked(program, "ana", f"ben{number}") for number in range(4)]
    world.enrolled(other, "ben0", "mentor")
    world.asked(other, "ana", "ben0")
    requests.withdraw_request(world.store, world.clock, caller("ana"), made[1].id)

    def page(state: State | None, after: str | None) -> tuple[list[str], str | None]:
        found, following = requests.list_program_requests(
            world.store, CARA, program.id, state=state, after=after, limit=2
        )
        return [one.id for one in found], following

    first, following = page("pending", None)
    rest, end = page("pending", following)
    assert ([*first, *rest], end) == ([made[0].id, made[2].id, made[3].id], None)
    assert page("withdrawn", None) == ([made[1].id], None)
    assert page(None, None)[0] == [made[0].id, made[1].id]


def test_only_its_managers_list_a_programs_requests(world: World) -> None:
    program, draft = world.program(), world.program(opened=False)
    world.enrolled(program, "ana", "mentee")
    for who in (caller("ana"), Caller.person("prs_eve", "program_manager", "people_admin", "auditor")):
        with pytest.raises(Forbidden):
            requests.list_program_requests(world.store, who, program.id, state=None, after=None, limit=2)
    for unknown in (draft.id, "prg_none"):
        with pytest.raises(NotFound):
            requests.list_program_requests(world.store, caller("ana"), unknown, state=None, after=None, limit=2)
