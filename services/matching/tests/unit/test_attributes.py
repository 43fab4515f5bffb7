"""Answers to the organisation's own questions in the match: fairness, difference and whom a program is for."""

import pytest

from contracts.profiles import ProfileChanged
from matching import projections
from matching.domain.enrolment import Enrolment
from matching.domain.errors import NotEligible
from matching.domain.pairing import attributes_of, candidate
from matching.domain.person import Person, Profile
from matching.domain.terms import Eligibility
from matching.use_cases import enrolments

from .world import World, caller

FOR_EXPERTS = Eligibility(attributes={"career_track": ("expert", "lead"), "relocates": ("yes",)})


def test_answers_come_with_the_profile(world: World) -> None:
    event = ProfileChanged(person_id="prs_ana", attributes={"career_track": "expert"})
    assert projections.profile_of(event, world.clock.now()).attributes == {"career_track": "expert"}


def test_what_hr_says_stands_over_what_somebody_answered(world: World) -> None:
    now = world.clock.now()
    person = Person(id="prs_ana", status="active", attributes={"grade": "7"}, changed_at=now)
    profile = Profile(id="prs_ana", attributes={"grade": "9", "career_track": "lead"}, changed_at=now)
    assert attributes_of(person, profile) == {"grade": "7", "career_track": "lead"}
    assert attributes_of(person, None) == {"grade": "7"}


def test_the_engine_sees_them_as_attributes_of_the_person(world: World) -> None:
    program = world.program(attributes=("career_track",), diversity=("career_track",), approval="automatic")
    place = world.enrolled(program, "ana", "mentee")
    world.profile("ana", attributes={"career_track": "lead"})
    person, profile = world.get(Person, "prs_ana"), world.get(Profile, "prs_ana")
    places = [world.get(Enrolment, place.id)]
    seen = candidate(program, person, profile, places, world.seats("ana"), world.clock.now())
    assert seen is not None
    assert seen.fact("career_track") == "lead"


@pytest.mark.parametrize(
    ("attributes", "admitted"),
    [
        ({"career_track": "expert", "relocates": "yes"}, True),
        ({"career_track": "lead", "relocates": "yes", "years": "3"}, True),
        ({"career_track": "lead", "relocates": "no"}, False),
        ({"career_track": "lead"}, False),
        ({}, False),
    ],
)
def test_a_program_may_be_for_whoever_gave_certain_answers(
    world: World, attributes: dict[str, str], admitted: bool
) -> None:
    program = world.program(eligibility=FOR_EXPERTS)
    world.person("ana")
    world.profile("ana", attributes=attributes)
    if admitted:
        applied = enrolments.apply(world.store, world.clock, caller("ana"), program.id, role="mentee")
        assert applied.state == "applied"
        return
    with pytest.raises(NotEligible):
        enrolments.apply(world.store, world.clock, caller("ana"), program.id, role="mentee")


def test_whoever_has_no_profile_yet_gave_no_answer(world: World) -> None:
    program = world.program(eligibility=FOR_EXPERTS)
    world.person("ana")
    with pytest.raises(NotEligible):
        enrolments.apply(world.store, world.clock, caller("ana"), program.id, role="mentee")
