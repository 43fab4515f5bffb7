"""Judge the pairs together: one mentor for a mentee, capacities, locked pairs, the size of groups."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from engine.check.result import Pair, holds
from engine.check.rules import Rules
from engine.check.violations import Violation


def breaches_of_seats(pairs: list[Pair], rules: Rules) -> Iterator[Violation]:
    if rules.program.kind == "peer":
        yield from breaches_between_peers(pairs)
    else:
        yield from breaches_of_mentees(pairs)
        yield from breaches_of_capacity(pairs, rules)
    if rules.program.kind == "group":
        yield from breaches_of_groups(pairs, rules)
    yield from locked_pairs_that_are_missing(pairs, rules)


def breaches_of_mentees(pairs: list[Pair]) -> Iterator[Violation]:
    first = dict[str, Pair]()
    for pair in pairs:
        if pair.mentee in first:
            yield pair.breach("one_mentor", f"the mentee has {first[pair.mentee].mentor} already")
        first.setdefault(pair.mentee, pair)


def breaches_of_capacity(pairs: list[Pair], rules: Rules) -> Iterator[Violation]:
    taken = Counter[str]()
    for pair in pairs:
        taken[pair.mentor] += 1
        mentor = rules.people.accepted.get(pair.mentor)
        if mentor is not None and taken[pair.mentor] > rules.seats(mentor) > 0:
            seats = rules.seats(mentor)
            yield pair.breach("capacity", f"is mentee {taken[pair.mentor]} of a mentor who takes {seats}")


def breaches_of_groups(pairs: list[Pair], rules: Rules) -> Iterator[Violation]:
    members = defaultdict[str, list[Pair]](list)
    for pair in pairs:
        members[pair.mentor].append(pair)
    for group in members.values():
        if len(group) < rules.program.group_min:
            yield group[0].breach(
                "group", f"the group has {len(group)}; it needs {rules.program.group_min} or must close"
            )


def breaches_between_peers(pairs: list[Pair]) -> Iterator[Violation]:
    first = dict[str, Pair]()
    for pair in pairs:
        for person_id in (pair.mentee, pair.mentor):
            if person_id in first and first[person_id] is not pair:
                yield pair.breach("one_peer", f"{person_id} has a peer already, on line {first[person_id].line}")
            first.setdefault(person_id, pair)


def locked_pairs_that_are_missing(pairs: list[Pair], rules: Rules) -> Iterator[Violation]:
    present = frozenset((pair.mentee, pair.mentor) for pair in pairs)
    for mentee, mentor in sorted(rules.program.locked):
        if not holds(present, mentee, mentor, rules.program.kind == "peer"):
            yield Violation(0, mentee, mentor, "locked", "the program locks this pair, and it is absent")
