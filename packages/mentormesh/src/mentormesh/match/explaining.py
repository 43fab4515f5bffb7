"""Puts the engine's explanations into lines for a terminal."""

from engine.explain.seat import WhyNot, why_not
from engine.explain.unmatched import unmatched
from engine.match import Match
from engine.program import COMPONENTS
from engine.read import InputRefused


def explain_mentee(result: Match, mentee: str) -> str:
    """The mentee's pair with its parts, or why there is none; raises InputRefused for an unknown mentee."""
    peers = result.cohort.program.kind == "peer"
    for pair in result.pairs():
        if mentee == pair[0] or (peers and mentee in pair):
            return _parts(result, *pair)
    for person in unmatched(result):
        if person.person == mentee:
            removed = [f"  {count} removed by {rule}" for rule, count in person.removed.items() if count]
            return "\n".join([f"{mentee} has no mentor. {person.words}", *removed])
    raise InputRefused([f"{mentee}: is no mentee of this match; write the id of an accepted mentee"])


def explain_pair(result: Match, mentee: str, mentor: str) -> str:
    """Why the two are no pair, and the smallest change that would make them one."""
    if result.cohort.program.kind == "peer":
        mentee, mentor = sorted((mentee, mentor))
    if (mentee, mentor) in result.pairs():
        return _parts(result, mentee, mentor)
    for person in (mentee, mentor):
        if person not in result.cohort.people:
            raise InputRefused([f"{person}: nobody accepted has this id; write one of the people file"])
    return _words(why_not(result, mentee, mentor))


def _words(answer: WhyNot) -> str:
    return "\n".join([answer.words, *(f"  It would change with: {change}" for change in answer.changes)])


def _parts(result: Match, mentee: str, mentor: str) -> str:
    at = result.pairs().index((mentee, mentor))
    weights, scores = result.cohort.program.weights, result.scores
    lines = [f"{mentee} is matched with {mentor}: {result.chosen.micro[at] / 1e6:.6f}"]
    for column, name in enumerate(COMPONENTS):
        raw, weight = float(scores.components[at, column]), getattr(weights, name)
        lines.append(f"  {name:<13}{raw:.6f} x {weight:g} = {raw * weight:.6f}")
    for name, added in (("wish of mentee", scores.wish_of_mentee[at]), ("wish of mentor", scores.wish_of_mentor[at])):
        if added:
            lines.append(f"  {name:<13} + {float(added):.6f}")
    if result.locked[at]:
        lines.append("  locked by the program")
    return "\n".join(lines)
