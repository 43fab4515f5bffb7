"""What a unit gathered of some people answers as the store does, with what the unit saved since."""

from itertools import permutations
from typing import Any

from matching.domain.program import Program
from matching.repository import Unit
from matching.use_cases.runs.publishing import publish_run, publish_some
from matching.use_cases.seating import supersede, take_seats

from .solving import solved
from .world import CARA, World

PEOPLE = [f"prs_{name}" for name in ("ana", "ada", "ben", "bob", "zoe")]


def _world() -> tuple[World, Program]:
    """Two programs in which ben is asked, a live mentorship, one that ended, and somebody in both roles."""
    world = World()
    program, other = world.program(), world.program()
    for one in (program, other):
        for name in ("ana", "ada", "amy"):
            world.enrolled(one, name, "mentee", capacity=3)
        for name in ("ben", "bob", "zoe"):
            world.enrolled(one, name, "mentor", capacity=3)
    world.enrolled(program, "ben", "mentee", capacity=2)
    world.accepted(world.asked(program, "ada", "bob"))
    world.accepted(world.asked(other, "ana", "bob"))
    world.asked(program, "ana", "ben")
    world.asked(program, "amy", "ben")
    world.asked(other, "ada", "ben")
    world.asked(program, "ben", "zoe")
    world.offered(program, "bob", "ana")
    return world, program


def _answers(unit: Unit, program: Program) -> list[Any]:
    told: list[Any] = []
    for one, other in permutations(PEOPLE, 2):
        told += [unit.pending_between(program.id, one, other), unit.live_between(program.id, one, other)]
    for one in PEOPLE:
        told.append(unit.live_mentorships_of(one, program.id))
        told += [unit.live_enrolment(program.id, one, role) for role in ("mentor", "mentee")]
        for where in (program.id, None):
            told += [unit.pending_as("mentor", one, where), unit.pending_as("mentee", one, where)]
    return told


def test_what_was_gathered_answers_as_the_store_does() -> None:
    world, program = _world()

    def gathered(unit: Unit) -> list[Any]:
        unit.gather(program.id, PEOPLE)
        return _answers(unit, program)

    asked = world.store.reading(lambda unit: _answers(unit, program))
    assert world.store.reading(gathered) == asked
    assert any(asked)


def test_what_the_unit_saved_since_is_part_of_the_answer() -> None:
    world, program = _world()
    now = world.clock.now()

    def acted(unit: Unit) -> list[Any]:
        unit.gather(program.id, PEOPLE)
        asked = unit.pending_between(program.id, "prs_ana", "prs_ben")
        assert asked is not None
        supersede(unit, (asked,), "wish_met", now)
        take_seats(unit, program.id, "prs_ana", "prs_ben", now)
        return _answers(unit, program)

    after = world.store.atomically(acted)
    assert world.store.reading(lambda unit: _answers(unit, program)) == after


def test_two_pairs_of_one_batch_see_each_other() -> None:
    world = World()
    program = world.program()
    for name in ("ana", "ada"):
        world.enrolled(program, name, "mentee")
    world.enrolled(program, "ben", "mentor", capacity=2)
    run = solved(world, program)
    waiting = [world.asked(program, "ana", "ben"), world.asked(program, "ada", "ben")]
    world.profile("ben", capacity=1)
    publish_run(world.store, world.clock, CARA, run.id)
    assert publish_some(world.store, world.clock) == 2
    assert world.seats("ben").taken == 1
    assert {world.request(one).cause for one in waiting} == {"wish_met", "no_seat"}
