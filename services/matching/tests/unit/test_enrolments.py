"""Enrolments: who gets a place, and what giving it up brings with it."""

from typing import Any

import pytest

from matching.domain.enrolment import Enrolment
from matching.domain.errors import AlreadyEnrolled, NotEligible, NotEnrolled, ProgramFull
from matching.domain.mentorship import Mentorship
from matching.domain.terms import Eligibility, Places
from matching.use_cases import enrolments
from servicekit.refusals import Forbidden, InvalidInput, NotFound, NotYetKnown, WrongState

from .world import CARA, World, caller


def _applied(world: World, program_id: str, name: str, role: str = "mentee", **values: object) -> Enrolment:
    return enrolments.apply(world.store, world.clock, caller(name), program_id, role=role, **values)  # type: ignore[arg-type]


def test_whoever_applies_waits_for_a_manager(world: World) -> None:
    program = world.program()
    world.person("ana")
    place = _applied(world, program.id, "ana")
    assert place.state == "applied"
    with pytest.raises(Forbidden):
        enrolments.approve(world.store, world.clock, caller("ana"), place.id)
    for _ in range(2):
        assert enrolments.approve(world.store, world.clock, CARA, place.id).state == "approved"
    assert world.store.events().count("enrolment.approved") == 1


def test_a_program_may_approve_by_itself(world: World) -> None:
    program = world.program(approval="automatic")
    world.person("ana")
    assert _applied(world, program.id, "ana").state == "approved"


def test_a_manager_gives_a_place_at_once(world: World) -> None:
    program = world.program()
    assert world.enrolled(program, "ana", "mentee").state == "approved"
    assert world.store.events()[-2:] == ["enrolment.applied", "enrolment.approved"]


def test_nobody_enrols_somebody_else_unless_they_manage_the_program(world: World) -> None:
    program = world.program()
    world.person("ana")
    with pytest.raises(Forbidden):
        enrolments.apply(world.store, world.clock, caller("eve"), program.id, role="mentee", person_id="prs_ana")


def test_a_person_has_one_live_enrolment_in_a_role(world: World) -> None:
    program = world.program()
    world.person("ana")
    place = _applied(world, program.id, "ana")
    with pytest.raises(AlreadyEnrolled):
        _applied(world, program.id, "ana")
    assert _applied(world, program.id, "ana", "mentor").role == "mentor"
    enrolments.withdraw(world.store, world.clock, caller("ana"), place.id)
    assert _applied(world, program.id, "ana").state == "applied"


@pytest.mark.parametrize(
    "eligibility",
    [
        Eligibility(departments=("IT",)),
        Eligibility(sites=("Berlin",)),
        Eligibility(min_level=4),
        Eligibility(max_level=2),
    ],
)
def test_a_program_is_for_those_it_is_for(world: World, eligibility: Eligibility) -> None:
    program = world.program(eligibility=eligibility)
    world.person("ana", department="Sales", site="Hamburg", level=3)
    with pytest.raises(NotEligible):
        _applied(world, program.id, "ana")


def test_an_employee_whose_level_nobody_knows_is_not_within_levels(world: World) -> None:
    program = world.program(eligibility=Eligibility(min_level=1))
    world.person("ana")
    with pytest.raises(NotEligible):
        _applied(world, program.id, "ana")


def test_people_enrol_while_a_program_is_open_or_running_only(world: World) -> None:
    draft = world.program(opened=False)
    world.person("ana")
    with pytest.raises(NotFound):
        _applied(world, draft.id, "ana")
    with pytest.raises(WrongState, match="draft"):
        world.enrolled(draft, "ana", "mentee")


def test_somebody_nobody_has_told_of_cannot_enrol_or_be_wished_for_yet(world: World) -> None:
    program = world.program()
    with pytest.raises(NotYetKnown):
        _applied(world, program.id, "ana")
    world.person("ana")
    with pytest.raises(NotYetKnown):
        _applied(world, program.id, "ana", wishes=("prs_nobody",))


@pytest.mark.parametrize("wishes", [("prs_ana",), ("prs_w0", "prs_w0"), tuple(f"prs_w{number}" for number in range(6))])
def test_wishes_that_cannot_be_are_named(world: World, wishes: tuple[str, ...]) -> None:
    program = world.program()
    for name in ("ana", *(f"w{number}" for number in range(6))):
        world.person(name)
    with pytest.raises(InvalidInput) as refused:
        _applied(world, program.id, "ana", wishes=wishes)
    assert [error.pointer for error in refused.value.errors] == ["/wishes"]


def test_a_mentors_capacity_is_their_profiles_unless_they_say_another(world: World) -> None:
    program = world.program()
    world.person("ben")
    world.profile("ben", capacity=4)
    assert world.enrolled(program, "ben", "mentor").capacity == 4
    assert world.enrolled(program, "bob", "mentor", capacity=2).capacity == 2


def test_a_place_without_a_number_takes_what_a_profile_that_comes_later_says_and_whatever_it_says_next(
    world: World,
) -> None:
    program = world.program()
    place = world.enrolled(program, "ben", "mentor")
    assert (place.capacity, place.as_profile, world.seats("ben").left(program.id, "mentor")) == (1, True, 1)
    for capacity in (3, 0, 2):
        world.profile("ben", capacity=capacity)
        assert world.seats("ben").left(program.id, "mentor") == capacity
        assert world.get(Enrolment, place.id).capacity == capacity


def test_a_place_that_follows_a_profile_tells_that_it_changed_once_for_each_other_number(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ben", "mentor")
    world.enrolled(program, "bob", "mentor", capacity=2)
    told = len(world.store.events())
    for capacity in (1, 3, 3):
        world.profile("ben", capacity=capacity)
        world.profile("bob", capacity=capacity)
    assert world.told_since(told) == ["enrolment.changed"]


def test_a_place_that_is_granted_later_has_what_the_profile_says_then(world: World) -> None:
    program = world.program()
    world.person("ben")
    place = _applied(world, program.id, "ben", "mentor")
    world.profile("ben", capacity=3)
    assert enrolments.approve(world.store, world.clock, CARA, place.id).capacity == 3
    assert world.seats("ben").left(program.id, "mentor") == 3


def test_a_number_of_its_own_ends_a_places_following_until_it_is_told_to_follow_again(world: World) -> None:
    program = world.program()
    place = world.enrolled(program, "ben", "mentor")

    def change(**values: Any) -> Enrolment:
        version = world.get(Enrolment, place.id).version
        return enrolments.change_enrolment(
            world.store, world.clock, caller("ben"), place.id, expected=version, **values
        )

    assert not change(capacity=2).as_profile
    world.profile("ben", capacity=5)
    assert world.seats("ben").left(program.id, "mentor") == 2
    changed = change(as_profile=True)
    assert (changed.capacity, changed.as_profile, world.seats("ben").left(program.id, "mentor")) == (5, True, 5)
    assert change(wishes=()).as_profile
    assert (change(as_profile=False).capacity, world.seats("ben").left(program.id, "mentor")) == (5, 5)
    world.profile("ben", capacity=1)
    assert world.get(Enrolment, place.id).capacity == 5
    with pytest.raises(InvalidInput) as both:
        change(as_profile=True, capacity=3)
    mentee = world.enrolled(program, "ana", "mentee")
    assert (mentee.capacity, mentee.as_profile) == (1, False)
    with pytest.raises(InvalidInput) as of_a_mentee:
        enrolments.change_enrolment(
            world.store, world.clock, caller("ana"), mentee.id, as_profile=True, expected=mentee.version
        )
    for refused in (both, of_a_mentee):
        assert [error.pointer for error in refused.value.errors] == ["/as_profile"]


def test_a_profile_that_takes_fewer_ends_nothing_in_a_place_that_follows_it(world: World) -> None:
    program = world.program()
    world.person("ben")
    world.profile("ben", capacity=2)
    world.enrolled(program, "ben", "mentor")
    for name in ("ana", "ada"):
        world.enrolled(program, name, "mentee")
        world.accepted(world.asked(program, name, "ben"))
    world.profile("ben", capacity=1)
    (place,), _ = enrolments.list_enrolments(
        world.store, world.clock, CARA, program.id, state=None, role="mentor", after=None, limit=10
    )
    assert (place.capacity, place.taken, place.left, place.over_capacity) == (1, 2, 0, True)
    assert {one["state"] for one in world.store.held("mentorships")} == {"active"}


def test_a_place_that_was_given_up_follows_no_profile(world: World) -> None:
    program = world.program()
    place = world.enrolled(program, "ben", "mentor")
    enrolments.withdraw(world.store, world.clock, caller("ben"), place.id)
    world.profile("ben", capacity=3)
    assert (world.seats("ben").places, world.get(Enrolment, place.id).capacity) == ((), 1)


def test_the_lower_limit_counts(world: World) -> None:
    program, second = world.program(), world.program(name="Second")
    world.person("ben")
    world.profile("ben", capacity=3)
    world.enrolled(program, "ben", "mentor", capacity=2)
    world.enrolled(second, "ben", "mentor", capacity=5)
    assert (world.seats("ben").left(program.id, "mentor"), world.seats("ben").left(second.id, "mentor")) == (2, 3)
    world.enrolled(program, "ana", "mentee")
    world.accepted(world.asked(program, "ana", "ben"))
    assert (world.seats("ben").left(program.id, "mentor"), world.seats("ben").left(second.id, "mentor")) == (1, 2)


def test_lowering_a_capacity_ends_nothing_and_the_manager_sees_it(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ben", "mentor", capacity=2)
    for name in ("ana", "ada"):
        world.enrolled(program, name, "mentee")
        world.accepted(world.asked(program, name, "ben"))
    world.profile("ben", capacity=1)
    assert world.seats("ben").is_over_capacity
    listed, _ = enrolments.list_enrolments(
        world.store, world.clock, CARA, program.id, state=None, role="mentor", after=None, limit=10
    )
    assert [(one.taken, one.left, one.over_capacity) for one in listed] == [(2, 0, True)]
    assert {one["state"] for one in world.store.held("mentorships")} == {"active"}


def test_a_full_program_waitlists_and_a_freed_place_goes_to_the_first(world: World) -> None:
    program = world.program(approval="automatic", places=Places(mentee=1))
    places = []
    for name in ("ana", "ada", "amy"):
        world.person(name)
        places.append(_applied(world, program.id, name))
        world.clock.advance(minutes=1)
    assert [place.state for place in places] == ["approved", "waitlisted", "waitlisted"]
    with pytest.raises(ProgramFull):
        enrolments.approve(world.store, world.clock, CARA, places[2].id)
    enrolments.withdraw(world.store, world.clock, caller("ana"), places[0].id)
    assert [world.get(Enrolment, place.id).state for place in places] == ["withdrawn", "approved", "waitlisted"]


def test_a_freed_place_waits_for_a_manager_where_the_program_says_so(world: World) -> None:
    program = world.program(approval="automatic", places=Places(mentee=1), waitlist="ask")
    world.person("ana")
    world.person("ada")
    first, second = _applied(world, program.id, "ana"), _applied(world, program.id, "ada")
    enrolments.withdraw(world.store, world.clock, caller("ana"), first.id)
    assert world.get(Enrolment, second.id).state == "waitlisted"
    (asked,) = [row for row in world.store.held("outbox") if row["type"].endswith("program.vacated.v1")]
    assert asked["data"]["enrolment_id"] == second.id
    assert (asked["data"]["role"], asked["data"]["managers"]) == ("mentee", ["prs_cara"])


def test_giving_a_place_up_ends_what_belongs_to_it(world: World) -> None:
    program = world.program()
    place = world.enrolled(program, "ben", "mentor", capacity=2)
    for name in ("ana", "ada"):
        world.enrolled(program, name, "mentee")
    mentorship = world.accepted(world.asked(program, "ana", "ben"))
    waiting = world.asked(program, "ada", "ben")
    enrolments.withdraw(world.store, world.clock, caller("ben"), place.id)
    assert (world.request(waiting).state, world.request(waiting).cause) == ("superseded", "person_gone")
    assert world.get(Mentorship, mentorship.id).reason == "ended_early"
    assert world.seats("ben").places == ()


def test_a_paused_person_is_not_asked_and_resumes(world: World) -> None:
    program = world.program()
    place = world.enrolled(program, "ben", "mentor")
    world.enrolled(program, "ana", "mentee")
    enrolments.pause(world.store, world.clock, caller("ben"), place.id)
    with pytest.raises(Exception, match="not available"):
        world.asked(program, "ana", "ben")
    with pytest.raises(NotEnrolled):
        world.offered(program, "ben", "ana")
    enrolments.resume(world.store, world.clock, caller("ben"), place.id)
    assert world.asked(program, "ana", "ben").state == "pending"


def test_a_rejected_enrolment_cannot_be_approved(world: World) -> None:
    program = world.program()
    world.person("ana")
    place = _applied(world, program.id, "ana")
    enrolments.reject(world.store, world.clock, CARA, place.id)
    with pytest.raises(WrongState, match="rejected"):
        enrolments.approve(world.store, world.clock, CARA, place.id)


def test_a_changed_capacity_is_the_places_limit(world: World) -> None:
    program = world.program()
    place = world.enrolled(program, "ben", "mentor", capacity=1)
    enrolments.change_enrolment(
        world.store, world.clock, caller("ben"), place.id, capacity=3, wishes=None, expected=place.version
    )
    assert world.seats("ben").left(program.id, "mentor") == 3
