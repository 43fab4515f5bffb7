"""Enrolments: who gets a place, and what giving it up brings with it."""

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
