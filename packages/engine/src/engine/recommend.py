"""The best mentors for one person, ranked over the whole live pool in a few vector passes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import rules, score
from engine.encode.columns import Columns
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
    found: list[Recommendation] = []
    for row, _ in ranked(pool, mentee, None, limit):
        if len(found) == limit:
            break
        mentor = pool.people[pool.ids[row]]
        if points_the_other_way(pool, mentee, mentor):
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


def ranked(pool: Pool, mentee: Person, among: NDArray[np.bool_] | None, limit: int) -> Iterator[tuple[int, float]]:
    """(row, score) of mentors by falling score, of those whom no rule of columns, lines or lists keeps apart.

    `among` (rows,) narrows them; about `limit` are looked at, the rest follows where they were not enough. The floor
    and the direction between two people who are both are for the caller.
    """
    one = pool.mentee_columns(mentee)
    free = _free_of_rules(pool, mentee, one)
    rows = np.flatnonzero(free if among is None else free & among)
    totals = _totals(pool, mentee, one, rows)
    for place in _best_first(totals, limit):
        yield int(rows[place]), float(totals[place])


def _totals(pool: Pool, mentee: Person, one: Columns, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Scores of the mentors in `rows`, in their order."""
    if pool.program.kind == "peer":
        others = (pool.people[pool.ids[row]] for row in rows.tolist())
        return np.array([score.pair(mentee, other, pool.program, pool.rarity).exact for other in others])
    return _sparse_totals(pool, mentee)[rows] + _column_totals(pool, one, rows)


def _sparse_totals(pool: Pool, mentee: Person) -> NDArray[np.float64]:
    """What skills, goals and wishes add, for every row: few mentors have any."""
    weights = pool.program.weights
    totals = np.zeros(len(pool.columns))
    wanted = sorted({fold(s) for s in mentee.skills_wanted})
    whole = sum(map(pool.rarity.of, wanted))
    for skill in wanted if whole else ():
        rows, strengths = pool.skills.of(skill)
        totals[rows] += strengths * (weights.skills * pool.rarity.of(skill) / whole)
    themes = {fold(g) for g in mentee.goals}
    for theme in themes:
        totals[pool.themes.of(theme)[0]] += weights.goals / len(themes)
    for wished in set(mentee.wishes) & pool.rows.keys():
        totals[pool.rows[wished]] += score.mentee_wish(mentee.wishes, wished, pool.program.wishes)
    for wishing in pool.wished_by(mentee.person_id):
        wishes = pool.people[wishing].wishes_as_mentor
        totals[pool.rows[wishing]] += score.mentor_wish(wishes, mentee.person_id, pool.program.wishes)
    return totals


def _column_totals(pool: Pool, one: Columns, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """What seniority, availability and diversity add to the mentors in `rows`."""
    weights, mentors = pool.program.weights, pool.columns.scored(rows)
    totals = np.zeros(len(rows))
    if weights.seniority:
        totals += weights.seniority * score.seniority_by_column(one, mentors, pool.program)
    if weights.availability:
        totals += weights.availability * score.availability_by_column(one, mentors)
    if weights.diversity:
        totals += weights.diversity * score.diversity_by_column(one, mentors)
    return totals


def _free_of_rules(pool: Pool, mentee: Person, one: Columns) -> NDArray[np.bool_]:
    free = rules.allowed(one, pool.columns, pool.program)
    me = mentee.person_id
    unwelcome = pool.avoided(me) | {me} | {mentor for i, mentor in pool.program.forbidden if i == me}
    if not pool.program.rules.reporting_line_allowed:
        unwelcome |= pool.lines.above(me) | pool.lines.below(me)
    free[pool.rows_of(unwelcome)] = False
    if pool.program.kind == "peer" and mentee.role == "both":
        free[pool.rows_of(p.person_id for p in pool.people.values() if p.role != "both")] = False
    return free


def _best_first(totals: NDArray[np.float64], limit: int) -> Iterator[int]:
    """Places by falling total, the first few sorted apart: most calls need no more than those."""
    few = 2 * limit + 8
    if few >= len(totals):
        yield from np.argsort(-totals, kind="stable").tolist()
        return
    edge = np.partition(totals, len(totals) - few)[len(totals) - few]
    for chosen in (np.flatnonzero(totals >= edge), np.flatnonzero(totals < edge)):
        yield from chosen[np.argsort(-totals[chosen], kind="stable")].tolist()
