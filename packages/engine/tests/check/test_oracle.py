"""The oracle itself: two ways of computing the optimum agree with each other and with trying every result."""

import random
from itertools import product

import pytest

from .conftest import World
from .oracle import best_total, candidates, exact, objective


def random_world(world: World, seed: int, **settings: object) -> World:
    dice = random.Random(seed)
    world.settings |= settings
    mentees = [f"m{number}" for number in range(6)]
    mentors = [f"t{number}" for number in range(3)]
    shared = {"department": ["Law", "Tax", ""], "languages": ["en", "de", "en;de"], "level": ["1", "2", "4", ""]}
    for name in mentees:
        world.mentee(name, **{column: dice.choice(values) for column, values in shared.items()})
        world.rows[-1] |= {"skills_wanted": ";".join(dice.sample("abcd", 2)), "wishes": dice.choice(mentors)}
    for name in mentors:
        world.mentor(name, **{column: dice.choice(values) for column, values in shared.items()})
        offered = ";".join(f"{skill}:{dice.randint(1, 5)}" for skill in dice.sample("abcd", 2))
        world.rows[-1] |= {"skills_offered": offered, "capacity": str(dice.randint(0, 3))}
    return world


def tried_out(world: World) -> float:
    """The best total of every assignment there is."""
    rules = world.rules()
    pairs = candidates(rules)
    mentees = sorted({mentee for mentee, _ in pairs})
    mentors = sorted({mentor for _, mentor in pairs})
    best = 0.0
    for choice in product([None, *mentors], repeat=len(mentees)):
        chosen = [(mentee, mentor) for mentee, mentor in zip(mentees, choice, strict=True) if mentor is not None]
        loads = [sum(other == mentor for _, other in chosen) for mentor in mentors]
        fits = all(load <= rules.seats(rules.people.accepted[m]) for load, m in zip(loads, mentors, strict=True))
        if fits and all(pair in pairs for pair in chosen):
            best = max(best, objective(chosen, rules))
    return best


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("seed", range(4))
def test_both_ways_agree_with_trying_everything(world: World, seed: int, spread: float) -> None:
    rules = random_world(world, seed, spread=spread).rules()
    expected = tried_out(world)
    assert best_total(rules).total == pytest.approx(expected, abs=1e-9)
    assert exact(rules).total == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_what_the_oracle_finds_passes_the_checker(world: World, seed: int) -> None:
    random_world(world, seed)
    assert world.verify(*best_total(world.rules()).pairs) == []
    assert world.verify(*exact(world.rules()).pairs) == []


@pytest.mark.parametrize("seed", range(4))
def test_an_open_group_is_never_too_small(world: World, seed: int) -> None:
    random_world(world, seed, kind={"group": {"min": 2, "max": 3}})
    assert world.verify(*exact(world.rules()).pairs) == []


def test_stickiness_keeps_a_pair_that_is_nearly_as_good(world: World) -> None:
    world.settings |= {"weights": {"skills": 1.0}, "stickiness": 0.5}
    world.mentee("ana", skills_wanted="law").mentor("tom", skills_offered="law:5").mentor("una", skills_offered="law:4")
    assert best_total(world.rules()).pairs == (("ana", "tom"),)
    assert best_total(world.rules(), frozenset({("ana", "una")})).pairs == (("ana", "una"),)
    assert exact(world.rules(), frozenset({("ana", "una")})).pairs == (("ana", "una"),)


def test_locked_pairs_are_in_every_optimum(world: World) -> None:
    world.settings |= {"weights": {"skills": 1.0}, "locked": [["ana", "una"]]}
    world.mentee("ana", skills_wanted="law").mentor("tom", skills_offered="law:5").mentor("una", skills_offered="law:1")
    assert best_total(world.rules()).pairs == exact(world.rules()).pairs == (("ana", "una"),)


def test_most_people_comes_before_the_total(world: World) -> None:
    world.settings |= {"weights": {"skills": 1.0}, "objective": "most_people"}
    world.mentee("ana", skills_wanted="law;tax").mentee("bea", skills_wanted="tax", avoid="una")
    world.mentor("tom", skills_offered="law:5;tax:5").mentor("una", skills_offered="")
    assert len(exact(world.rules()).pairs) == 2


@pytest.mark.parametrize("seed", range(4))
def test_a_fair_optimum_passes_the_checker_and_costs_at_most_the_free_one(world: World, seed: int) -> None:
    random_world(world, seed, fairness={"group": "level", "tolerance": 0.0})
    free = exact(world.rules())
    rate = len(free.pairs) / 6
    fair = exact(world.rules(), rate=rate)
    assert world.verify(*fair.pairs, rate=rate) == []
    assert fair.total <= free.total + 1e-9


def test_fairness_moves_a_seat_to_the_group_left_behind(world: World) -> None:
    world.settings |= {"weights": {"skills": 1.0}, "fairness": {"group": "site", "tolerance": 0.0}}
    for name, site, wanted in [
        ("ana", "Rome", "law"),
        ("bea", "Rome", "law"),
        ("cid", "Oslo", "tax"),
        ("dan", "Oslo", "tax"),
    ]:
        world.mentee(name, site=site, skills_wanted=wanted)
    world.mentor("tom", skills_offered="law:5;tax:1", capacity="2")
    assert {mentee for mentee, _ in exact(world.rules()).pairs} == {"ana", "bea"}
    fair = exact(world.rules(), rate=0.5)
    assert len({mentee for mentee, _ in fair.pairs} & {"ana", "bea"}) == 1
