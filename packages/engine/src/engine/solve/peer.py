"""Peers: the matching of greatest total on an undirected graph (OR-Tools CP-SAT, which proves it)."""

import numpy as np
from numpy.typing import NDArray

from engine.candidates import Pairs
from engine.program import Problem, ProgramRefused
from engine.solve.best import Question

# Measured on one core of a 2.6 GHz EPYC: 1,500 people take 7 s with the proof, 3,000 take 18 s.
MOST_PEERS = 2_000
PER_PERSON = 20


def peers(question: Question, pairs: Pairs) -> tuple[NDArray[np.int64], bool]:
    """The chosen positions among `pairs` (i < j), and whether all pairs were tried and not each person's best only.

    Raises ProgramRefused for more than MOST_PEERS people.
    """
    if len(question.rows) > MOST_PEERS:
        words = f"{len(question.rows)} people are too many for kind peer"
        raise ProgramRefused([Problem("kind", words, f"match at most {MOST_PEERS} at a time, or write one_to_one")])
    # Only this kind needs the solver, whose import takes longer than most matches.
    from ortools.sat.python import cp_model

    gain = question.gain(pairs)
    if question.cohort.program.objective == "most_people":
        gain = gain + int(gain.max(initial=0)) * (len(question.rows) + 1)
    edges = _worth_trying(question, pairs, gain)
    model = cp_model.CpModel()
    takes = [model.new_bool_var("") for _ in edges]
    touching: dict[int, list[cp_model.IntVar]] = {}
    for variable, edge in zip(takes, edges.tolist(), strict=True):
        touching.setdefault(int(pairs.i[edge]), []).append(variable)
        touching.setdefault(int(pairs.j[edge]), []).append(variable)
    for variables in touching.values():
        model.add_at_most_one(variables)
    model.maximize(cp_model.LinearExpr.weighted_sum(takes, gain[edges].tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = question.cohort.program.seed % 2**31
    status = solver.solve(model)
    if status != cp_model.OPTIMAL:
        raise ArithmeticError(f"the solver says {solver.status_name(status)}")
    return edges[[bool(solver.value(variable)) for variable in takes]], len(edges) == len(pairs)


def _worth_trying(question: Question, pairs: Pairs, gain: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each person's best edges: all of them where people are few."""
    if len(question.rows) <= 2 * PER_PERSON:
        return np.arange(len(pairs))
    person = np.concatenate((pairs.i, pairs.j))
    edge = np.tile(np.arange(len(pairs)), 2)
    order = np.lexsort((edge, -gain[edge], person))
    rank = np.arange(len(order)) - np.searchsorted(person[order], person[order])
    return np.unique(edge[order[rank < PER_PERSON]])
