"""The pipeline of one run, stage by stage."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.admission import NONE_BROKEN, first_broken, micro, scores_of
from engine.candidates import Pairs, best, exactly
from engine.encode.cohort import Cohort
from engine.match.fairness import groups_of, limits, rates, unavoidable, within_limits
from engine.match.locks import check_locks
from engine.match.result import Match
from engine.person import Person
from engine.program import Program
from engine.score import MICRO
from engine.score.blocks import Blocks
from engine.solve.best import USUAL_ROUNDS, Answer, Question, solve_best
from engine.solve.group import close_small_groups
from engine.solve.peer import peers
from engine.solve.stable import blocking_pairs, solve_stable

Ints = NDArray[np.int64]
Progress = Callable[[str, float], None]
# Where all pairs are this few, all of them are candidates.
ALL_PAIRS = 1_000_000
# Candidates of each mentee: of the highest scores where ranks decide, and where prices will ask for the others.
BY_SCORE = 50
BEFORE_PRICES = 8
# What `progress` names, in this order.
STAGES = ("encode", "candidates", "solve", "certify")


def match(
    program: Program,
    people: Iterable[Person],
    managers: Mapping[str, str] | None = None,
    existing: Iterable[tuple[str, str]] = (),
    certify: bool = False,
    progress: Progress | None = None,
) -> Match:
    """Match `people` as `program` says.

    `managers` adds reporting lines of people who were left out; `existing` are (mentee, mentor) pairs of before, which
    earn the stickiness and are marked as kept. `progress(stage, share)` tells of each of STAGES in their order: share
    0.0 as it begins, 1.0 when it is done, what lies between where it is known; the shares of a stage never fall. It is
    called on the caller's thread, and what it raises ends the run. Raises ProgramRefused where a locked pair cannot be.
    """
    clock = _Clock(progress)
    clock.begin("encode")
    cohort = Cohort.of(program, people, managers)
    clock.end("encode")
    return replace(_matched(cohort, frozenset(existing), certify, clock), managers=dict(managers or {}))


def match_again(result: Match, program: Program, existing: Iterable[tuple[str, str]] = ()) -> Match:
    """The people of `result` under `program`, their arrays reused.

    `program` may differ in objective, fairness, spread, stickiness and locked pairs only.
    """
    return _matched(replace(result.cohort, program=program), frozenset(existing), False, _Clock(None))


class _Clock:
    def __init__(self, progress: Progress | None) -> None:
        self.progress, self.last, self.seconds = progress, perf_counter(), dict[str, float]()

    def begin(self, stage: str) -> None:
        self.last = perf_counter()
        self.tell(stage, 0.0)

    def end(self, stage: str) -> None:
        self.seconds[stage] = perf_counter() - self.last
        self.tell(stage, 1.0)

    def found(self, share: float) -> None:
        # The rest is the exact scoring of what was found.
        self.tell("candidates", 0.9 * share)

    def tell(self, stage: str, share: float) -> None:
        if self.progress:
            self.progress(stage, share)


def _matched(cohort: Cohort, existing: frozenset[tuple[str, str]], certify: bool, clock: _Clock) -> Match:
    program = cohort.program
    clock.begin("candidates")
    locked = check_locks(cohort)
    held = np.bincount(locked.j, minlength=cohort.shape[1])
    taken = np.concatenate((locked.i, locked.j)) if program.kind == "peer" else locked.i
    rows = np.setdiff1d(np.flatnonzero(~cohort.mentees.opted_out), taken)
    kept = _existing(cohort, existing)
    stable = program.objective == "stable"
    blocks = Blocks(cohort, wishes_of_mentors=not stable)
    complete = len(rows) * cohort.shape[1] <= ALL_PAIRS
    if program.kind == "peer":
        pairs = _all_peers(cohort, rows)
    else:
        keep = cohort.shape[1] if complete else BY_SCORE if stable else BEFORE_PRICES
        pairs = best(blocks, rows, keep, clock.found)
    pairs = pairs.and_also(kept.where(np.isin(kept.i, rows)), cohort.shape[1])
    clock.end("candidates")
    clock.begin("solve")
    question = Question(cohort, rows, cohort.mentors.capacity - held, held, cohort.keys(kept.i, kept.j))
    result = Match(
        cohort=cohort, chosen=locked, scores=scores_of(cohort, locked.i, locked.j), locked=np.zeros(0, np.bool_),
        kept=np.zeros(0, np.bool_), existing=len(kept), objective=0.0, bound=None, candidates=pairs,
        solved=np.zeros(0, np.int64), open_rows=rows, seats=question.seats, seconds=clock.seconds,
    )  # fmt: skip
    result.question = question
    slack = None
    if stable:
        result.candidates, result.solved = solve_stable(cohort, blocks, rows, question.seats, pairs, complete)
    elif program.kind == "peer":
        result.solved, complete = peers(question, pairs)
        # The bound speaks of all pairs, so there is none where each person brought only the best.
        slack = 0 if complete else None
    else:
        rounds = 0 if complete else USUAL_ROUNDS
        slack = _flow(question, blocks, pairs, certify, rounds, locked, result)
    clock.end("solve")
    clock.begin("certify")
    _conclude(result, question, locked, kept, existing)
    if stable and certify:
        own = result.candidates.where(result.solved)
        result.blocking = len(blocking_pairs(cohort, blocks, rows, question.seats, own))
    elif certify and slack is not None:
        result.bound = result.objective + slack / MICRO
    clock.end("certify")
    return result


def _flow(
    question: Question, blocks: Blocks, pairs: Pairs, certify: bool, rounds: int, locked: Pairs, result: Match
) -> int | None:
    program = question.cohort.program
    plain: Answer | None = None
    unlimited = question
    if program.fairness:
        plain = solve_best(question, blocks, pairs, rounds=rounds)
        groups = groups_of(question.cohort, program.fairness.group)
        matched = len(plain.chosen) + len(locked)
        everybody = int((~question.cohort.mentees.opted_out).sum())
        result.rate_without_fairness = matched / everybody if everybody else 0.0
        limit = limits(question.cohort, groups, result.rate_without_fairness)
        question = replace(question, group=groups.code[question.rows], limit=limit)
        # What the prices could add to the candidates is among them by now.
        pairs, rounds = plain.pairs, 0
    if program.group:
        answer, closed = close_small_groups(question, blocks, pairs, certify, rounds)
        result.closed_groups = [question.cohort.mentor_ids[j] for j in closed]
    elif plain and not certify and within_limits(question, plain):
        # The best without limits that keeps them is the best with them.
        question, answer = unlimited, plain
    else:
        answer = solve_best(question, blocks, pairs, certify, rounds, plain.chosen if plain else None)
    result.candidates, result.solved = answer.pairs, answer.chosen
    result.question, result.seated = question, answer.seated
    if program.fairness:
        result.groups = rates(question.cohort, groups, limit, answer, locked)
        result.unavoidable = unavoidable(question, groups, answer)
    return answer.slack


def _existing(cohort: Cohort, existing: frozenset[tuple[str, str]]) -> Pairs:
    """Existing pairs that break no rule; the others have no claim."""
    if cohort.program.kind == "peer":
        existing = frozenset((min(pair), max(pair)) for pair in existing)
    i, j = cohort.rows(existing)
    exact = scores_of(cohort, i, j).exact
    allowed = first_broken(cohort, i, j, exact) == NONE_BROKEN
    return Pairs(i[allowed], j[allowed], micro(exact[allowed]))


def _all_peers(cohort: Cohort, rows: Ints) -> Pairs:
    first, second = np.triu_indices(len(rows), 1)
    return exactly(cohort, rows[first], rows[second])


def _conclude(
    result: Match, question: Question, locked: Pairs, kept: Pairs, existing: frozenset[tuple[str, str]]
) -> None:
    """Chosen and locked pairs together, in order, with their parts, marks and the objective."""
    cohort, program = result.cohort, result.cohort.program
    m = cohort.shape[1]
    result.chosen = result.candidates.where(result.solved).and_also(locked, m)
    chosen = result.chosen
    result.scores = scores_of(cohort, chosen.i, chosen.j)
    keys = cohort.keys(chosen.i, chosen.j)
    result.locked = np.isin(keys, cohort.keys(locked.i, locked.j))
    known_i, known_j = cohort.rows(existing)
    known = cohort.keys(known_i, known_j)
    if program.kind == "peer":
        known = np.concatenate((known, cohort.keys(known_j, known_i)))
    result.kept = np.isin(keys, known)
    loads = np.bincount(chosen.j, minlength=m)
    costs = round(program.spread * MICRO) * int((loads * (loads - 1) // 2).sum())
    bonus = round(program.stickiness * MICRO) * int(result.kept.sum())
    result.objective = (int(chosen.micro.sum()) + bonus - costs) / MICRO
