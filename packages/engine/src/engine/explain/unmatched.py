"""Why each mentee without a mentor has none: the rules that removed candidates, or the seat that was lost."""

from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine import rules
from engine.admission import scores_of
from engine.candidates import Pairs
from engine.explain.removed import PLACES, removed_by_one_rule, removed_by_rule
from engine.match.result import Match
from engine.score import MICRO
from engine.solve.network import FAR

Ints = NDArray[np.int64]
COLUMNS = (
    *("person", "side", "candidates", "reason", "words", "lost_to", "by"),
    *(f"removed_{rule}" for rule in rules.ORDER if rule != "oneself"),
)
HELP = {
    "shared_language": ("share no language", "another language on the list"),
    "max_time_zone_hours": ("are too many hours away", "a wider max_time_zone_hours in the program"),
    "meet": ("cannot be met", "meeting remotely"),
    "opted_out": ("opted out", "their taking part again"),
    "reporting_line": ("stand above or below in the reporting line", "reporting_line: allowed in the program"),
    "avoid": ("are on an avoid list", "a shorter list"),
    "capacity": ("take no mentees", "more capacity"),
    "floor": ("score below the floor", "more wanted skills, goals or free hours in common, or a lower floor"),
    "min_level_gap": ("are not senior enough", "a smaller min_level_gap in the program"),
    "forbidden": ("are forbidden by the program", "taking those pairs out of forbidden"),
    "direction": ("would better be mentored by this person", "nothing that the program decides"),
}


@dataclass(slots=True)
class Unmatched:
    """One mentee without a mentor; `by` is what the objective would lose if they had the seat of `closest`.

    `lost_to` has that seat.
    """

    person: str
    candidates: int
    reason: str
    words: str
    lost_to: str = ""
    by: float | None = None
    removed: dict[str, int] = field(default_factory=dict)
    closest: str = ""

    def plain(self) -> dict[str, object]:
        """As JSON's own types, for a child process to hand over."""
        return asdict(self)

    def row(self) -> list[object]:
        """As a line of unmatched.csv."""
        by = "" if self.by is None else f"{self.by:.6f}"
        removed = [self.removed[rule] for rule in rules.ORDER if rule != "oneself"]
        return [self.person, "mentee", self.candidates, self.reason, self.words, self.lost_to, by, *removed]


def unmatched(result: Match) -> list[Unmatched]:
    """Everybody who stayed unmatched, by id."""
    rows = result.unmatched
    counts = removed_by_rule(result.cohort, rows)
    seats = _lost_seats(result, rows)
    return [_one(result, row, count, seats.get(row)) for row, count in zip(rows.tolist(), counts.tolist(), strict=True)]


Seat = tuple[str, str, float]


def _one(result: Match, row: int, count: list[int], seat: Seat | None) -> Unmatched:
    person, candidates = result.cohort.mentee_ids[row], count[PLACES]
    removed = dict(zip(rules.ORDER, count, strict=False))
    if not candidates:
        if not any(count):
            return Unmatched(person, 0, "nobody", "There is nobody on the other side.", removed=removed)
        return _without_candidates(result, row, removed)
    if seat is None:
        words = f"All seats of the {candidates} candidates went to pairs that add more."
        return Unmatched(person, candidates, "no_seat", words, removed=removed)
    mentor, holder, by = seat
    words = f"The closest of {candidates} candidates is {mentor}; that seat went to {holder}, ahead by {by:.6f}."
    if not holder:
        words = f"The closest of {candidates} candidates is {mentor}; taking that seat would cost {by:.6f}."
    return Unmatched(person, candidates, "lost_seat", words, holder, by, removed, mentor)


def _without_candidates(result: Match, row: int, removed: dict[str, int]) -> Unmatched:
    """The rule without which this mentee had the most candidates; where two at least stand in the way, the first."""
    person = result.cohort.mentee_ids[row]
    alone = removed_by_one_rule(result.cohort, row)
    best = max(alone, key=lambda rule: alone[rule])
    if alone[best]:
        fact, change = HELP[best]
        words = f"No candidate is left: {alone[best]} would be, but {fact}; {change} would help."
        return Unmatched(person, 0, best, words, removed=removed)
    worst = max(rules.ORDER, key=lambda rule: removed[rule])
    words = f"No candidate is left: {removed[worst]} {HELP[worst][0]}; more than one rule stands in the way of each."
    return Unmatched(person, 0, worst, words, removed=removed)


def _lost_seats(result: Match, rows: Ints) -> dict[int, Seat]:
    """By mentee row the seat that was nearest: the mentor, who holds it, and by how much it was lost."""
    if result.cohort.program.objective == "stable":
        return _lost_by_rank(result, rows)
    return _lost_by_price(result, rows) if result.seated else {}


def _lost_by_price(result: Match, rows: Ints) -> dict[int, Seat]:
    question, seated = result.question, result.seated
    assert question is not None
    assert seated is not None
    pairs, scale = result.candidates, question.scale
    gain = seated.seating.gain
    wanting = np.flatnonzero(np.isin(pairs.i, rows))
    group = question.group[np.searchsorted(question.rows, pairs.i[wanting])] if len(question.group) else None
    found: dict[int, Seat] = {}
    for each in np.unique(group).tolist() if group is not None else [None]:
        mine = wanting if each is None else wanting[group == each]
        losses = seated.losses(each)
        reachable = mine[losses[pairs.j[mine]] != FAR]
        cost = losses[pairs.j[reachable]] - gain[reachable]
        best = _least_of_each(pairs.i[reachable], cost, pairs.j[reachable])
        holders = _displaced(result, np.unique(pairs.j[reachable[best]]), losses)
        for at, lost in zip(reachable[best].tolist(), cost[best].tolist(), strict=True):
            mentor = int(pairs.j[at])
            # One for the person of the seat is in each gain; it is no part of the objective.
            found[int(pairs.i[at])] = (result.cohort.mentor_ids[mentor], holders.get(mentor, ""), lost / scale / MICRO)
    return found


def _displaced(result: Match, mentors: Ints, losses: Ints) -> dict[int, str]:
    """Who would leave each mentor first: the mentee there whose best other way costs least."""
    pairs, solved = result.candidates, result.solved
    question, seated = result.question, result.seated
    assert question is not None
    assert seated is not None
    gain = seated.seating.gain
    here = solved[np.isin(pairs.j[solved], mentors)]
    otherwise = np.where(losses == FAR, FAR // 2, losses)
    best_other = np.zeros(result.cohort.shape[0], np.int64)
    away = np.ones(len(pairs), np.bool_)
    away[solved] = False
    elsewhere = np.flatnonzero(away & np.isin(pairs.i, pairs.i[here]))
    np.maximum.at(best_other, pairs.i[elsewhere], gain[elsewhere] - otherwise[pairs.j[elsewhere]])
    cost = gain[here] - best_other[pairs.i[here]]
    first = _least_of_each(pairs.j[here], cost, pairs.i[here])
    return {int(pairs.j[at]): result.cohort.mentee_ids[pairs.i[at]] for at in here[first].tolist()}


def _least_of_each(owner: Ints, cost: Ints, tie: Ints) -> Ints:
    """The place of the least cost of each owner, ties by the smaller `tie`."""
    order = np.lexsort((tie, cost, owner))
    return order[np.flatnonzero(np.diff(owner[order], prepend=-1))]


def _lost_by_rank(result: Match, rows: Ints) -> dict[int, Seat]:
    """Stable: the seat missed by least in the mentor's own ranking, and the last one there."""
    cohort, pairs = result.cohort, result.candidates
    own = pairs.where(result.solved)
    lowest = np.full(cohort.shape[1], np.inf)
    last = np.full(cohort.shape[1], -1)
    for at, value in enumerate(_liking(result, own).tolist()):
        if value < lowest[own.j[at]]:
            lowest[own.j[at]], last[own.j[at]] = value, own.i[at]
    mine = np.flatnonzero(np.isin(pairs.i, rows))
    missed = lowest[pairs.j[mine]] - _liking(result, pairs.where(mine))
    mine, missed = mine[np.isfinite(missed)], missed[np.isfinite(missed)]
    first = _least_of_each(pairs.i[mine], np.rint(missed * MICRO).astype(np.int64), pairs.j[mine])
    return {
        int(pairs.i[at]): (cohort.mentor_ids[pairs.j[at]], cohort.mentee_ids[int(last[pairs.j[at]])], max(by, 0.0))
        for at, by in zip(mine[first].tolist(), missed[first].tolist(), strict=True)
    }


def _liking(result: Match, pairs: Pairs) -> NDArray[np.float64]:
    scores = scores_of(result.cohort, pairs.i, pairs.j)
    return scores.base + scores.wish_of_mentor
