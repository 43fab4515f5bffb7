"""Parity between groups: solved from the best without limits, which often is the best with them."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Program
from engine.match import Match, match
from engine.score.blocks import Blocks
from engine.solve.best import solve_best
from engine.solve.network import Network, NoFlow
from match.companies import company


def fair(seed: int) -> Match:
    """Mentees of the higher levels have few mentors above them, in every second company more seats than mentees."""
    fairness = {"group": "site+level", "tolerance": 0.05}
    rules = {"min_level_gap": 3, "meet": "same_site"}
    program = Program.read({"program": "x", "as_of": "2027-01-11", "fairness": fairness, "rules": rules})
    return match(program, company(40, [20, 40][seed % 2], seed))


def test_the_best_without_limits_stands_only_where_nothing_leaves_fewer_beyond() -> None:
    kept, changed = 0, 0
    for seed in range(40):
        result = fair(seed)
        question = result.question
        assert question is not None
        if not len(question.limit):
            continue
        plain = solve_best(replace(question, limit=question.limit[:0]), Blocks(result.cohort), result.candidates)
        with_it, without = (
            solve_best(question, Blocks(result.cohort), plain.pairs, unlimited=known) for known in (plain.chosen, None)
        )
        assert with_it.beyond.sum() == without.beyond.sum()
        values = [question.value(answer.pairs.where(answer.chosen)) for answer in (with_it, without)]
        assert values[0] == values[1]
        if without.beyond.any():
            assert with_it.cut is not None
            assert without.cut is not None
        same = np.array_equal(with_it.chosen, plain.chosen)
        kept, changed = kept + (same and bool(with_it.beyond.any())), changed + (not same)
    # Both were seen: limits that some exceed anyhow, and limits that cost something.
    assert kept
    assert changed


def test_a_flow_that_others_could_better_has_no_prices() -> None:
    arcs = (np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3]), np.ones(4, np.int64), np.array([5, 1, 0, 0]))
    network = Network(*arcs, supply=np.array([1, 0, 0, -1]))
    # To node 1 there is room at 5, along 0, 2, 3 a unit could go back for what it cost.
    assert network.potentials(np.array([0, 1, 0, 1])).tolist() == [-1, 0, 0, 0]
    with pytest.raises(NoFlow, match="negative cost"):
        network.potentials(np.array([1, 0, 1, 0]))
