"""A run's pairs in few documents: they say what the pairs' own documents say, whatever was done to those."""

import random
from dataclasses import replace
from typing import Any

import pytest

from contracts.profiles import SkillOffered
from matching.domain.program import Program
from matching.domain.run import Run, RunInputs
from matching.domain.terms import Weights
from matching.use_cases import forgetting
from matching.use_cases.runs import comparing, marking, publishing, reading, starting
from matching.use_cases.runs import pairs as packed
from matching.use_cases.runs.pairs import standing_pairs
from servicekit.refusals import Refusal
from servicekit.testing.store import MemorySession

from .solving import InProcess, compute, pairs, solved, started
from .world import CARA, World

NAMES = tuple(f"p{number}" for number in range(8))
VERBS = (
    marking.lock_pair,
    marking.unlock_pair,
    marking.forbid_pair,
    marking.allow_pair,
    marking.replace_pair,
    marking.replace_pair,
)


def _peers(world: World) -> Program:
    program = world.program(kind="peer", weights=Weights(skills=1.0))
    for number, name in enumerate(NAMES):
        _somebody(world, name, number)
        for role in ("mentee", "mentor"):
            world.enrolled(program, name, role)  # type: ignore[arg-type]
    return program


def _mentors(world: World) -> Program:
    program = world.program(weights=Weights(skills=1.0))
    for number, name in enumerate(NAMES):
        _somebody(world, name, number)
        world.enrolled(program, name, "mentor" if number < 3 else "mentee")
    # One of them is both, so that a pair that goes must not take another of the same person with it.
    world.enrolled(program, NAMES[0], "mentee")
    return program


def _somebody(world: World, name: str, number: int) -> None:
    world.person(name)
    world.profile(
        name,
        skills_wanted=("skl_1",),
        skills_offered=(SkillOffered(skill_id="skl_1", level=1 + number % 5),),
        capacity=2,
    )


def _counts_are_kept(world: World, run: Run) -> bool:
    """Whether what is kept with a run is what its pairs come to when they are counted."""
    kept = world.get(Run, run.id).pairs
    return bool(kept) and kept == world.store.reading(lambda unit: reading.counted(unit, run.id))


def _packed(world: World, run: Run) -> dict[str, str]:
    held = standing_pairs(world.store, world.get(Run, run.id))
    return {one.removeprefix("prs_"): other.removeprefix("prs_") for one, other in held.items()}


@pytest.mark.parametrize("make", [_mentors, _peers])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_packed_and_counted_is_what_stands_whatever_managers_did(world: World, make: Any, seed: int) -> None:
    run = solved(world, make(world))
    assert _packed(world, run) == pairs(world, run)
    assert _counts_are_kept(world, run)
    dice, done = random.Random(seed), 0
    for _ in range(60):
        one, other = dice.sample(NAMES, 2)
        try:
            dice.choice(VERBS)(world.store, CARA, run.id, f"prs_{one}", f"prs_{other}")
        except Refusal:
            continue
        done += 1
        assert _packed(world, run) == pairs(world, run)
        assert _counts_are_kept(world, run)
    assert done > 5
    for name in NAMES[:3]:
        world.person(name, status="left")
        assert _packed(world, run) == pairs(world, run)
        assert _counts_are_kept(world, run)


def test_a_run_that_is_looked_at_counts_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = solved(world, _mentors(world))
    asked: list[str] = []
    monkeypatch.setattr(MemorySession, "count", lambda self, collection, where: asked.append(collection) or 0)
    assert reading.get_run(world.store, CARA, run.id).pairs["to_publish"] == len(pairs(world, run)) > 0
    assert asked == []


def test_a_run_that_an_earlier_release_left_ready_is_counted(world: World) -> None:
    run = solved(world, _mentors(world))
    world.store.atomically(lambda unit: unit.save(replace(unit.require(Run, run.id), pairs={})))
    name = next(iter(pairs(world, run)))
    world.person(name, status="left")
    assert reading.get_run(world.store, CARA, run.id).pairs["to_publish"] == len(pairs(world, run)) > 0


def test_what_is_being_published_is_counted_as_it_goes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = solved(world, _mentors(world))
    many = len(pairs(world, run))
    monkeypatch.setattr(publishing, "AT_ONCE", 1)
    publishing.publish_run(world.store, world.clock, CARA, run.id)
    for done in range(many + 1):
        shown = reading.get_run(world.store, CARA, run.id)
        assert (shown.state, shown.pairs["published"], shown.pairs["to_publish"]) == ("publishing", done, many - done)
        publishing.publish_some(world.store, world.clock)
    assert reading.get_run(world.store, CARA, run.id).state == "published"
    assert _counts_are_kept(world, run)


def test_whoever_leaves_while_a_run_is_computed_is_not_counted_in_it(world: World) -> None:
    run = started(world, _mentors(world))

    class Leaves(InProcess):
        def solve(self, question: Any, watch: Any) -> Any:
            for answer in super().solve(question, watch):
                if answer.pairs:
                    world.person(answer.pairs[0].mentee_id.removeprefix("prs_"), status="left")
                yield answer

    assert compute(world, Leaves())
    assert _counts_are_kept(world, run)
    assert world.get(Run, run.id).pairs["to_publish"] == len(pairs(world, run)) > 0


def test_however_many_pairs_were_marked_by_hand_all_of_them_count(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = solved(world, _mentors(world))
    before, dice = pairs(world, run), random.Random(1)
    for _ in range(200):
        one, other = dice.sample(NAMES, 2)
        try:
            dice.choice((marking.forbid_pair, marking.replace_pair))(
                world.store, CARA, run.id, f"prs_{one}", f"prs_{other}"
            )
        except Refusal:
            continue
    rows = [one for one in world.store.held("proposals") if one["run_id"] == run.id]
    by_hand = [one for one in rows if one["by_hand"]]
    forbidden = {(one["mentee_id"], one["mentor_id"]) for one in rows if one["state"] == "forbidden"}
    assert len(by_hand) > 1
    assert len(forbidden) > 3
    monkeypatch.setattr(packed, "PAGE", 1)
    assert _packed(world, run) == pairs(world, run) != before
    again = starting.solve_again(world.store, world.clock, CARA, run.id, overrides={})
    assert forbidden <= set(world.get(RunInputs, again.id).forbidden)
    alone, _ = reading.list_unmatched(world.store, CARA, run.id, None, 100)
    assert not {one.person_id for one in alone} & {one["mentee_id"] for one in by_hand if one["state"] == "proposed"}


def test_two_runs_are_compared_and_one_solved_again_without_reading_a_document_per_pair(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _mentors(world)
    first, second = solved(world, program), solved(world, program, overrides={"floor": 0.5})
    read: list[str] = []
    query = MemorySession.query

    def counted(self: Any, collection: str, *rest: Any, **more: Any) -> Any:
        found = query(self, collection, *rest, **more)
        read.extend([collection] * len(found))
        return found

    monkeypatch.setattr(MemorySession, "query", counted)
    compared = comparing.compare_runs(world.store, CARA, first.id, second.id)
    assert compared.same + compared.other_mentor + compared.gained + compared.lost > 3
    starting.solve_again(world.store, world.clock, CARA, first.id, overrides={})
    assert "proposals" not in read


def test_whoever_asked_to_be_forgotten_is_not_matched_again_from_an_older_snapshot(world: World) -> None:
    run = solved(world, _mentors(world))
    name = next(iter(pairs(world, run)))
    forgetting.hide_person(world.store, world.clock, "era_1", f"prs_{name}")
    again = starting.solve_again(world.store, world.clock, CARA, run.id, overrides={})
    assert compute(world)
    assert pairs(world, again)
    assert name not in pairs(world, again)
