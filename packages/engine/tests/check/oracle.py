"""The exact optimum of a small world, from raw attributes alone, by an integer program that HiGHS solves."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp

from engine.check.fairness import group_of, limit
from engine.check.rules import Rules
from engine.check.stability import mentees_of, mentors_of

# Enough to put one more pair before any sum of scores.
PEOPLE_FIRST = 1e4


@dataclass(frozen=True)
class Optimum:
    """The greatest objective, and the pairs of one solution that reach it."""

    total: float
    pairs: tuple[tuple[str, str], ...]


def candidates(rules: Rules) -> dict[tuple[str, str], float]:
    """Every allowed pair with its score, in the published precision."""
    found = {}
    for mentee in mentees_of(rules):
        for mentor in mentors_of(rules):
            if mentee.person_id != mentor.person_id and rules.takes_part(mentee, mentor):
                score = rules.scores.of(mentee, mentor)
                if rules.allows(mentee, mentor, score):
                    found[mentee.person_id, mentor.person_id] = round(score.total, 6)
    return found


def best_total(rules: Rules, existing: frozenset[tuple[str, str]] = frozenset()) -> Optimum:
    """The greatest sum of scores, stickiness and spread, by linear assignment over single seats (not group or peer)."""
    pairs = candidates(rules)
    locked = dict(rules.program.locked)
    mentees = sorted({mentee for mentee, _ in pairs})
    seats = sorted(
        {(mentor, seat) for _, mentor in pairs for seat in range(rules.seats(rules.people.accepted[mentor]))}
    )
    column = {seat: index for index, seat in enumerate(seats)}
    gain = np.full((len(mentees), len(seats) + len(mentees)), -PEOPLE_FIRST)
    gain[:, len(seats) :] = 0.0
    taken = dict[str, int]()
    for mentee, mentor in sorted(locked.items()):
        taken[mentor] = taken.get(mentor, 0) + 1
        # A locked pair's own seat is out of reach of everybody else, and worth more than leaving it out.
        gain[mentees.index(mentee), :] = -PEOPLE_FIRST
        gain[mentees.index(mentee), column[mentor, taken[mentor] - 1]] = PEOPLE_FIRST
    for (mentee, mentor), score in pairs.items():
        if mentee in locked:
            continue
        bonus = rules.program.stickiness if (mentee, mentor) in existing else 0.0
        for seat in range(taken.get(mentor, 0), rules.seats(rules.people.accepted[mentor])):
            gain[mentees.index(mentee), column[mentor, seat]] = score + bonus - rules.program.spread * seat
    rows, columns = linear_sum_assignment(gain, maximize=True)
    chosen = [(mentees[row], seats[col][0]) for row, col in zip(rows, columns, strict=True) if col < len(seats)]
    return Optimum(objective(chosen, rules, existing), tuple(sorted(chosen)))


def exact(
    rules: Rules, existing: frozenset[tuple[str, str]] = frozenset(), rate: float | None = None, must: str = ""
) -> Optimum:
    """The optimum of any kind and either objective, as an integer program.

    It is fair, given the rate without fairness, and gives the mentee `must` a mentor whatever that costs.
    """
    pairs = candidates(rules)
    keys = sorted(pairs)
    if not keys:
        return Optimum(0.0, ())
    people_first = PEOPLE_FIRST if rules.program.objective == "most_people" else 0.0
    program = Integers([pairs[key] + people_first + rules.program.stickiness * (key in existing) for key in keys])
    for person in sorted({person for key in keys for person in key}):
        seat(program, rules, keys, person)
    program.force(index for index, key in enumerate(keys) if key in rules.program.locked)
    if must:
        program.at_most(dict.fromkeys((index for index, key in enumerate(keys) if key[0] == must), -1.0), -1)
    if rate is not None:
        keep_fair(program, rules, keys, rate)
    chosen = [key for key, on in zip(keys, program.solve(), strict=False) if on]
    return Optimum(objective(chosen, rules, existing), tuple(chosen))


def seat(program: "Integers", rules: Rules, keys: list[tuple[str, str]], person: str) -> None:
    """One mentor for a mentee, no more mentees than seats for a mentor, and no group that is too small."""
    as_mentee = dict.fromkeys((index for index, key in enumerate(keys) if key[0] == person), 1.0)
    load = dict.fromkeys((index for index, key in enumerate(keys) if key[1] == person), 1.0)
    if rules.program.kind == "peer":
        program.at_most(as_mentee | load, 1)
        return
    program.at_most(as_mentee, 1)
    seats = rules.seats(rules.people.accepted[person])
    program.at_most(load, seats)
    if rules.program.kind == "group" and load:
        opened = program.new(0.0)
        program.at_most(load | {opened: -float(seats)}, 0)
        program.at_most(dict.fromkeys(load, -1.0) | {opened: float(rules.program.group_min)}, 0)
    if rules.program.spread and seats > 1:
        steps = {program.new(-rules.program.spread * taken): -1.0 for taken in range(seats)}
        program.at_most(load | steps, 0)


def keep_fair(program: "Integers", rules: Rules, keys: list[tuple[str, str]], rate: float) -> None:
    """Limits of unmatched people by group, with as few people beyond them as can be."""
    groups: dict[str, set[str]] = {}
    for mentee in mentees_of(rules):
        groups.setdefault(group_of(mentee, rules), set()).add(mentee.person_id)
    objective_first, beyond = list(program.gain), []
    program.gain = [0.0] * len(program.gain)
    for members in groups.values():
        over = [program.new(-1.0) for _ in members]
        matched = [index for index, key in enumerate(keys) if key[0] in members]
        most = limit(len(members), rate, rules) - len(members)
        program.at_most(dict.fromkeys(matched + over, -1.0), most)
        beyond += over
    answer = program.solve()
    program.at_most(dict.fromkeys(beyond, 1.0), sum(answer[index] for index in beyond))
    program.gain = objective_first + [0.0] * len(beyond)


def objective(chosen: list[tuple[str, str]], rules: Rules, existing: frozenset[tuple[str, str]] = frozenset()) -> float:
    """Scores and stickiness of these pairs less what spread costs."""
    accepted = rules.people.accepted
    scores = sum(round(rules.scores.of(accepted[mentee], accepted[mentor]).total, 6) for mentee, mentor in chosen)
    loads = [sum(mentor == other for _, other in chosen) for mentor in {mentor for _, mentor in chosen}]
    spread = sum(load * (load - 1) / 2 for load in loads) * rules.program.spread
    return scores + rules.program.stickiness * len(existing.intersection(chosen)) - spread


class Integers:
    """A maximisation over 0/1 variables, built one variable and one limit at a time."""

    def __init__(self, gain: list[float]) -> None:
        self.gain = list(gain)
        self.rows: list[tuple[dict[int, float], float]] = []
        self.forced = set[int]()

    def new(self, gain: float) -> int:
        self.gain.append(gain)
        return len(self.gain) - 1

    def at_most(self, coefficients: dict[int, float], most: float) -> None:
        if coefficients:
            self.rows.append((coefficients, most))

    def force(self, variables: Iterable[int]) -> None:
        self.forced |= set(variables)

    def solve(self) -> list[bool]:
        matrix = np.zeros((len(self.rows), len(self.gain)))
        for row, (coefficients, _) in enumerate(self.rows):
            for variable, coefficient in coefficients.items():
                matrix[row, variable] = coefficient
        lowest = np.array([1.0 if variable in self.forced else 0.0 for variable in range(len(self.gain))])
        answer = milp(
            -np.array(self.gain),
            constraints=LinearConstraint(matrix, ub=[most for _, most in self.rows]),
            integrality=np.ones(len(self.gain)),
            bounds=Bounds(lowest, 1.0),
            options={"mip_rel_gap": 0.0},
        )
        if answer.x is None:
            raise ValueError(f"no solution: {answer.message}")
        return [bool(value > 0.5) for value in answer.x]
