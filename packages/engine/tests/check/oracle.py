"""The exact optimum of a small world, from raw attributes alone, by an integer program that HiGHS solves."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp

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


def exact(rules: Rules, existing: frozenset[tuple[str, str]] = frozenset()) -> Optimum:
    """The optimum of any kind and either objective without fairness, as an integer program."""
    pairs = candidates(rules)
    keys = sorted(pairs)
    if not keys:
        return Optimum(0.0, ())
    people_first = PEOPLE_FIRST if rules.program.objective == "most_people" else 0.0
    gain = [pairs[key] + people_first + (rules.program.stickiness if key in existing else 0.0) for key in keys]
    program = Integers(gain)
    opened = {mentor: program.new(0.0) for mentor in sorted({m for _, m in keys}) if rules.program.kind == "group"}
    for person in sorted({person for key in keys for person in key}):
        as_mentee = [index for index, key in enumerate(keys) if key[0] == person]
        as_mentor = [index for index, key in enumerate(keys) if key[1] == person]
        if rules.program.kind == "peer":
            program.at_most(dict.fromkeys(as_mentee + as_mentor, 1.0), 1)
            continue
        program.at_most(dict.fromkeys(as_mentee, 1.0), 1)
        seats = rules.seats(rules.people.accepted[person])
        load = dict.fromkeys(as_mentor, 1.0)
        program.at_most(load, seats)
        if person in opened:
            program.at_most(load | {opened[person]: -float(seats)}, 0)
            program.at_most(dict.fromkeys(as_mentor, -1.0) | {opened[person]: float(rules.program.group_min)}, 0)
        if rules.program.spread and seats > 1:
            steps = {program.new(-rules.program.spread * seat): -1.0 for seat in range(seats)}
            program.at_most(load | steps, 0)
    program.force(index for index, key in enumerate(keys) if key in rules.program.locked)
    chosen = [key for key, on in zip(keys, program.solve(), strict=False) if on]
    return Optimum(objective(chosen, rules, existing), tuple(chosen))


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

    def force(self, variables: "object") -> None:
        self.forced |= set(variables)  # type: ignore[call-overload]

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
