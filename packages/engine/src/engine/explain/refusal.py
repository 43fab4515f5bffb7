"""The rule, if any, for which two people are no candidates of each other."""

import numpy as np

from engine import rules, score
from engine.person import Person
from engine.pool import Pool


def refusal(pool: Pool, mentee_id: str, mentor_id: str) -> str | None:
    """The first broken rule in the order of `rules.ORDER`, or None where they may be matched.

    Before any rule: `unknown` where a person is not in the pool, `role` where theirs is not the role asked for.
    """
    mentee, mentor = pool.people.get(mentee_id), pool.people.get(mentor_id)
    if mentee is None or mentor is None:
        return "unknown"
    if not mentee.is_mentored or not mentor.mentors or (pool.program.kind == "peer" and not _peers(mentee, mentor)):
        return "role"
    broken = _broken(pool, mentee, mentor)
    if not broken and points_the_other_way(pool, mentee, mentor):
        return "direction"
    return next((rule for rule in rules.ORDER if rule in broken), None)


def _peers(mentee: Person, mentor: Person) -> bool:
    return mentee.role == mentor.role == "both"


def _broken(pool: Pool, mentee: Person, mentor: Person) -> set[str]:
    me, other, program = mentee.person_id, mentor.person_id, pool.program
    theirs = pool.columns.take(np.array([pool.rows[other]]))
    found = {rule for rule, broken in rules.column_rules(pool.mentee_columns(mentee), theirs, program) if broken[0]}
    if not program.rules.reporting_line_allowed and (other in pool.lines.above(me) or me in pool.lines.above(other)):
        found.add("reporting_line")
    if other in pool.avoided(me):
        found.add("avoid")
    if score.pair(mentee, mentor, program, pool.rarity).exact < program.floor - score.ROUNDING:
        found.add("floor")
    if (me, other) in program.forbidden or (program.kind == "peer" and (other, me) in program.forbidden):
        found.add("forbidden")
    if me == other:
        found.add("oneself")
    return found


def points_the_other_way(pool: Pool, mentee: Person, mentor: Person) -> bool:
    """Whether two people of role `both` may be matched the other way round and score better so.

    Of a tie the more senior mentors, then the smaller id. Between peers either way is the same.
    """
    if pool.program.kind == "peer" or not _peers(mentee, mentor) or mentee.person_id == mentor.person_id:
        return False
    here = score.pair(mentee, mentor, pool.program, pool.rarity).exact
    there = score.pair(mentor, mentee, pool.program, pool.rarity).exact
    if abs(there - here) > score.ROUNDING:
        better = there > here
    else:
        better = (mentee.level or 0, mentor.person_id) > (mentor.level or 0, mentee.person_id)
    return better and not _broken(pool, mentor, mentee)
