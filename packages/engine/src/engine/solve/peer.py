"""Peers: the matching of greatest total on an undirected graph (OR-Tools CP-SAT, which proves it)."""

import numpy as np
from numpy.typing import NDArray

from engine.candidates import Pairs
from engine.program import Problem, ProgramRefused
from engine.solve.best import Question

# Measured on one core: up to here the proof is complete within about a minute.
MOST_PEERS = 400
PER_PERSON = 20


def peers(question: Question, pairs: Pairs) -> NDArray[np.int64]:
    """The chosen positions among `pairs` (i < j); raises ProgramRefused for more than MOST_PEERS people."""
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
    return edges[[bool(solver.value(variable)) for variable in takes]]


def _worth_trying(question: Question, pairs: Pairs, gain: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each person's best edges: all of them where people are few."""
    if len(question.rows) <= 2 * PER_PERSON:
        return np.arange(len(pairs))
    chosen = np.zeros(len(pairs), np.bool_)
    for person in question.rows.tolist():
        mine = np.flatnonzero((pairs.i == person) | (pairs.j == person))
        chosen[mine[np.argsort(-gain[mine], kind="stable")[:PER_PERSON]]] = True
    return np.flatnonzero(chosen)
