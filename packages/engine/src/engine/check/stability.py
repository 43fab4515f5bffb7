"""Whether two people would both rather have each other than what a stable result gave them."""

import math
from collections import defaultdict
from collections.abc import Iterator

from engine.check.people import Person
from engine.check.result import Pair
from engine.check.rules import Rules
from engine.check.violations import Violation

GAIN = 1e-6


def blocking_pairs(pairs: list[Pair], rules: Rules) -> Iterator[Violation]:
    """Every allowed pair in which each would gain more than 1e-6 by its own ranking; locked people stay out."""
    people = rules.people.accepted
    known = [pair for pair in pairs if pair.mentee in people and pair.mentor in people]
    has, lowest = standing(known, rules)
    locked = {mentee for mentee, _ in rules.program.locked}
    for mentee in mentees_of(rules):
        if mentee.person_id in locked:
            continue
        for mentor in mentors_of(rules):
            if mentee.person_id == mentor.person_id:
                continue
            score = rules.scores.of(mentee, mentor)
            if score.base + score.wish_of_mentee - has.get(mentee.person_id, 0.0) <= GAIN:
                continue
            if score.base + score.wish_of_mentor - lowest[mentor.person_id] <= GAIN:
                continue
            if rules.allows(mentee, mentor, score):
                words = "both would gain by leaving what they were given for each other"
                yield Violation(0, mentee.person_id, mentor.person_id, "blocking_pair", words)


def standing(pairs: list[Pair], rules: Rules) -> tuple[dict[str, float], dict[str, float]]:
    """What each mentee has, and the least that each mentor would have to let go: nothing while a seat is free."""
    people = rules.people.accepted
    has, loads, taken = dict[str, float](), defaultdict[str, list[float]](list), defaultdict[str, int](int)
    for pair in pairs:
        taken[pair.mentor] += 1
        if (pair.mentee, pair.mentor) in rules.program.locked:
            continue
        score = rules.scores.of(people[pair.mentee], people[pair.mentor])
        has[pair.mentee] = score.base + score.wish_of_mentee
        loads[pair.mentor].append(score.base + score.wish_of_mentor)
    lowest = dict[str, float]()
    for mentor in mentors_of(rules):
        full = taken[mentor.person_id] >= rules.seats(mentor)
        lowest[mentor.person_id] = min(loads[mentor.person_id], default=math.inf) if full else 0.0
    return has, lowest


def mentees_of(rules: Rules) -> list[Person]:
    return [person for person in rules.people.accepted.values() if person.may_be_mentored and not person.opted_out]


def mentors_of(rules: Rules) -> list[Person]:
    return [person for person in rules.people.accepted.values() if person.may_mentor and not person.opted_out]
