"""Why two people are no pair: the rule between them, or the seat that was lost and what would win it."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine import rules
from engine.admission import NONE_BROKEN, first_broken, micro, scores_of
from engine.explain.changes import Change, changes
from engine.match.result import Match
from engine.match.run import match_again
from engine.program import ProgramRefused
from engine.score import MICRO

# A rule; the mentee's lock; too dear for the whole; in a stable match, others rank higher; locks leave it no room.
Verdict = Literal["rule", "locked", "price", "rank", "no_room"]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """`rule` that keeps them apart, or what forcing the pair would cost the objective; `changes` would alter it.

    `tried` are the smallest changes of a seat, a wish, a skill or hours that made the pair when they were tried.
    `verdict` says which kind of answer it is; `people` are as many fewer who would be matched if the pair were forced.
    """

    rule: str | None
    cost: float | None
    words: str
    changes: tuple[str, ...] = ()
    tried: tuple[Change, ...] = ()
    verdict: Verdict = "rule"
    people: int = 0


def why_not(result: Match, mentee: str, mentor: str) -> WhyNot:
    """Why (mentee, mentor), both accepted people, are no pair of `result`."""
    cohort = result.cohort
    if cohort.program.kind == "peer":
        mentee, mentor = sorted((mentee, mentor))
    if mentee not in cohort.mentee_ids or mentor not in cohort.mentor_ids:
        who, side = (mentee, "mentee") if mentee not in cohort.mentee_ids else (mentor, "mentor")
        words = f"{who} cannot be a {side}."
        return WhyNot("role", None, words, ("another role",))
    i, j = np.array([cohort.mentee_ids.index(mentee)]), np.array([cohort.mentor_ids.index(mentor)])
    exact = scores_of(cohort, i, j).exact
    broken = int(first_broken(cohort, i, j, exact)[0])
    if broken != NONE_BROKEN:
        rule = rules.ORDER[broken]
        return WhyNot(rule, None, f"The rule {rule} keeps {mentee} and {mentor} apart.", (rules.CHANGES[rule],))
    if i[0] not in result.open_rows:
        return WhyNot(None, None, f"{mentee} is in a locked pair.", (f"unlocking {mentee}",), verdict="locked")
    return _lost_seat(result, mentee, mentor, int(micro(exact)[0]))


def _lost_seat(result: Match, mentee: str, mentor: str, gain: int) -> WhyNot:
    """What it costs to force the pair, by solving again with it locked: no price is more exact than that."""
    cohort = result.cohort
    score = gain / MICRO
    holders = [a for a, b in result.pairs() if b == mentor]
    if cohort.program.objective == "stable":
        words = f"{mentee} and {mentor} score {score:.6f}, but each of {mentor}'s mentees ranks higher there"
        own = dict(result.pairs()).get(mentee)
        words = f"{mentee} and {mentor} score {score:.6f}, but {mentee} ranks {own} higher" if own else words
        tried = tuple(changes(result, mentee, mentor, 0.0))
        return WhyNot(None, None, f"{words}.", tuple(change.words for change in tried), tried, "rank")
    forced = replace(cohort.program, locked=cohort.program.locked | {(mentee, mentor)})
    try:
        again = match_again(result, forced, result.existing_pairs())
    except ProgramRefused as refused:
        words = f"{mentee} and {mentor} score {score:.6f}, but {refused.problems[0].reason}."
        return WhyNot(None, None, words, verdict="no_room")
    cost = result.objective - again.objective
    people = len(result.chosen) - len(again.chosen)
    words = f"{mentee} and {mentor} score {score:.6f}. As a pair they would cost the whole {cost:.6f}"
    words += f" and {people} people a mentor" if people > 0 else ""
    words += f"; {mentor}'s seats went to {', '.join(holders)}." if holders else "."
    tried = tuple(changes(result, mentee, mentor, max(cost, 0.0)))
    told = [change.words for change in tried]
    told += [f"a score higher by more than {max(cost, 0.0):.6f}", "locking the pair"]
    return WhyNot(None, cost, words, tuple(told), tried, "price", max(people, 0))
