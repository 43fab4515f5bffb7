"""Runs of the engine over random companies and programs: no violation, and the exact optimum of each."""

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.check.rules import Rules
from engine.explain.unmatched import COLUMNS, unmatched
from engine.match import Match, match
from engine.read import read_people, read_program_file
from engine.write import as_csv, pairs_csv

from .conftest import World
from .oracle import candidates, exact, objective
from .worlds import random_people, random_program

SEEDS = range(100)
# Sums of a few dozen scores, each rounded to a millionth.
CLOSE = 2e-6


@dataclass
class Case:
    """A random world with what the engine made of it, its result written out."""

    world: World
    rules: Rules
    existing: frozenset[tuple[str, str]]
    result: Match

    @property
    def grouped(self) -> bool:
        return self.rules.program.kind == "group"


def ran(world: World, seed: int) -> Case:
    dice = random_people(world, seed)
    world.settings |= random_program(dice)
    existing = draw_pairs(world, dice)
    rules = world.rules()
    program = read_program_file(world.program)
    file = read_people(world.people, program.attributes)
    result = match(program, file.people, file.managers, existing, certify=True)
    world.pairs.write_text(pairs_csv(result), encoding="utf-8")
    world.unmatched.write_text(as_csv(COLUMNS, (one.row() for one in unmatched(result))), encoding="utf-8")
    return Case(world, rules, existing, result)


def draw_pairs(world: World, dice: random.Random) -> frozenset[tuple[str, str]]:
    """Locked, forbidden and existing pairs among those that the rules allow."""
    allowed = sorted(candidates(world.rules()))
    dice.shuffle(allowed)
    if allowed and dice.random() < 0.3 and not isinstance(world.settings["kind"], dict):
        world.settings["locked"] = [list(allowed.pop())]
    world.settings["forbidden"] = [list(pair) for pair in allowed[:2]] if dice.random() < 0.3 else []
    existing = frozenset(allowed[:6]) if dice.random() < 0.5 else frozenset()
    world.existing.write_text("mentee,mentor\n" + "".join(f"{a},{b}\n" for a, b in existing), encoding="utf-8")
    return existing


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_breaks_no_rule_and_reaches_the_optimum(world: World, seed: int) -> None:
    case = ran(world, seed)
    assert world.verdict(case.result.rate_without_fairness) == []
    if case.rules.program.objective == "stable":
        assert case.result.blocking == 0
        return
    optimum = exact(case.rules, case.existing, rate_of(case))
    assert case.result.objective == pytest.approx(optimum.total, abs=CLOSE)
    if case.rules.program.objective == "most_people":
        assert len(case.result.pairs()) == len(optimum.pairs)
    assert case.result.objective == pytest.approx(objective(case.result.pairs(), case.rules, case.existing), abs=CLOSE)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_that_proves_nothing_finds_the_same_total_and_breaks_no_rule(world: World, seed: int) -> None:
    case = ran(world, seed)
    file = read_people(world.people, case.result.cohort.program.attributes)
    plain = match(case.result.cohort.program, file.people, file.managers, case.existing)
    assert plain.objective == pytest.approx(case.result.objective, abs=CLOSE)
    assert sum(g.beyond for g in plain.groups) == sum(g.beyond for g in case.result.groups)
    world.pairs.write_text(pairs_csv(plain), encoding="utf-8")
    world.unmatched.write_text(as_csv(COLUMNS, (one.row() for one in unmatched(plain))), encoding="utf-8")
    assert world.verdict(plain.rate_without_fairness) == []


@pytest.mark.parametrize("seed", range(30))
def test_a_run_of_peers_breaks_no_rule_and_tells_whoever_is_over_why(world: World, seed: int) -> None:
    dice = random_people(world, seed)
    for row in world.rows:
        row["role"] = "both"
    world.settings |= {"kind": "peer", "floor": dice.choice([0.0, 0.2]), "rules": {"max_time_zone_hours": 8}}
    world.write_inputs()
    program = read_program_file(world.program)
    file = read_people(world.people, program.attributes)
    result = match(program, file.people, file.managers)
    world.pairs.write_text(pairs_csv(result), encoding="utf-8")
    world.unmatched.write_text(as_csv(COLUMNS, (one.row() for one in unmatched(result))), encoding="utf-8")
    assert world.verdict(None) == []


def rate_of(case: Case) -> float | None:
    return case.result.rate_without_fairness if case.rules.program.fairness else None


@pytest.mark.parametrize("seed", range(20))
def test_the_bound_is_never_below_the_optimum(world: World, seed: int) -> None:
    case = ran(world, seed)
    if case.rules.program.objective == "best_total" and not case.rules.program.fairness:
        assert case.result.bound is not None
        assert case.result.bound >= exact(case.rules, case.existing).total - CLOSE


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_rows_changes_nothing(world: World, tmp_path: Path, seed: int) -> None:
    first = pairs_csv(ran(world, seed).result)
    random.Random(seed).shuffle(world.rows)
    world.write_inputs()
    program = read_program_file(world.program)
    file = read_people(world.people, program.attributes)
    existing = ran_existing(world)
    assert pairs_csv(match(program, file.people, file.managers, existing)) == first


def ran_existing(world: World) -> frozenset[tuple[str, str]]:
    lines = world.existing.read_text(encoding="utf-8").splitlines()[1:]
    return frozenset((mentee, mentor) for mentee, mentor in (line.split(",") for line in lines))


@pytest.mark.parametrize("seed", range(60))
def test_what_a_lost_seat_would_cost_is_what_the_optimum_loses_with_that_person(world: World, seed: int) -> None:
    case = ran(world, seed)
    if case.grouped or case.rules.program.kind == "peer" or case.rules.program.objective != "best_total":
        return
    free = exact(case.rules, case.existing, rate_of(case)).total
    for one in unmatched(case.result)[:4]:
        if one.by is not None:
            given = exact(case.rules, case.existing, rate_of(case), must=one.person).total
            assert one.by == pytest.approx(free - given, abs=2 * CLOSE)
