"""The best mentors for one person, ranked over the whole live pool in a few vector passes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import rules, score
from engine.explain.reasons import Reason, reasons
from engine.explain.refusal import points_the_other_way
from engine.person import Person, fold
from engine.pool import Pool


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One candidate: the score, its raw components and why, strongest first."""

    mentor_id: str
    score: float
    percent: float
    components: Mapping[str, float]
    reasons: tuple[Reason, ...]


def recommend(pool: Pool, mentee_id: str, limit: int = 10) -> list[Recommendation]:
    """The `limit` best candidates who break no rule, best first, equal scores by id.

    Raises KeyError where the person is not in the pool; somebody who cannot be a mentee gets an empty list.
    """
    mentee = pool.people[mentee_id]
    if not mentee.is_mentored or limit <= 0:
        return []
    totals = _totals(pool, mentee)
    totals[~_free_of_rules(pool, mentee)] = -np.inf
    found: list[Recommendation] = []
    for row in _best_first(totals, limit):
        if len(found) == limit:
            break
        mentor = pool.people[pool.ids[row]]
        if pool.program.kind != "peer" and points_the_other_way(pool, mentee, mentor):
            continue
        exact = score.pair(mentee, mentor, pool.program, pool.rarity)
        if exact.exact < pool.program.floor - score.ROUNDING:
            continue
        found.append(
            Recommendation(
                mentor.person_id,
                exact.total,
                exact.percent(pool.program),
                exact.components,
                reasons(mentee, mentor, exact, pool.program),
            )
        )
    found.sort(key=lambda r: (-r.score, r.mentor_id))
    return found


def _totals(pool: Pool, mentee: Person) -> NDArray[np.float64]:
    if pool.program.kind == "peer":
        return np.array(
            [score.pair(mentee, pool.people[i], pool.program, pool.rarity).total if i else -np.inf for i in pool.ids]
        )
    weights, one = pool.program.weights, pool.mentee_columns(mentee)
    totals = np.zeros(len(pool.columns))
    wanted = sorted({fold(s) for s in mentee.skills_wanted})
    whole = sum(map(pool.rarity.of, wanted))
    for skill in wanted if whole else ():
        rows, strengths = pool.skills.of(skill)
        totals[rows] += strengths * (weights.skills * pool.rarity.of(skill) / whole)
    themes = {fold(g) for g in mentee.goals}
    for theme in themes:
        totals[pool.themes.of(theme)[0]] += weights.goals / len(themes)
    if weights.seniority:
        totals += weights.seniority * score.seniority_by_column(one, pool.columns, pool.program)
    if weights.availability:
        totals += weights.availability * score.availability_by_column(one, pool.columns)
    if weights.diversity:
        totals += weights.diversity * score.diversity_by_column(one, pool.columns)
    return _with_wishes(pool, mentee, totals)


def _with_wishes(pool: Pool, mentee: Person, totals: NDArray[np.float64]) -> NDArray[np.float64]:
    for wished in set(mentee.wishes) & pool.rows.keys():
        totals[pool.rows[wished]] += score.mentee_wish(mentee.wishes, wished, pool.program.wishes)
    for wishing in pool.wished_by(mentee.person_id):
        wishes = pool.people[wishing].wishes_as_mentor
        totals[pool.rows[wishing]] += score.mentor_wish(wishes, mentee.person_id, pool.program.wishes)
    return totals


def _free_of_rules(pool: Pool, mentee: Person) -> NDArray[np.bool_]:
    free = rules.allowed(pool.mentee_columns(mentee), pool.columns, pool.program)
    me = mentee.person_id
    unwelcome = pool.avoided(me) | {me} | {mentor for i, mentor in pool.program.forbidden if i == me}
    if not pool.program.rules.reporting_line_allowed:
        unwelcome |= pool.lines.above(me) | pool.lines.below(me)
    free[pool.rows_of(unwelcome)] = False
    if pool.program.kind == "peer" and mentee.role == "both":
        free[pool.rows_of(p.person_id for p in pool.people.values() if p.role != "both")] = False
    return free


def _best_first(totals: NDArray[np.float64], limit: int) -> "list[int]":
    """Rows by falling total; more than `limit` of them, since some fall to rules that only a pair decides."""
    possible = int(np.count_nonzero(totals > -np.inf))
    # Twice the limit nearly always suffices; the rest is sorted only where it did not.
    few = min(possible, 2 * limit + 8)
    if few < possible:
        edge = np.partition(totals, len(totals) - few)[len(totals) - few]
        chosen = np.flatnonzero(totals >= edge)
    else:
        chosen = np.flatnonzero(totals > -np.inf)
    return [int(row) for row in chosen[np.argsort(-totals[chosen], kind="stable")]]
