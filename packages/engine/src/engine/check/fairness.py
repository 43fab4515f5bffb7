"""Whether each group stayed within its limit of unmatched mentees, or as close to it as raw data allow."""

import math
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from itertools import pairwise

from engine.check.people import Person
from engine.check.result import Pair
from engine.check.rules import Rules
from engine.check.stability import mentees_of, mentors_of
from engine.check.violations import Violation

SOURCE, SINK = ("source", ""), ("sink", "")
Node = tuple[str, str]
Flow = dict[Node, dict[Node, int]]


def breaches_of_fairness(pairs: list[Pair], rules: Rules, rate: float, prove: bool) -> Iterator[Violation]:
    """Groups beyond their limits, given the rate `rate` of the same run without fairness.

    With `prove`, groups may be beyond their limits by no more people in total than a maximum flow over every
    allowed pair says is unavoidable; without, each excess is a breach.
    """
    people = mentees_of(rules)
    sizes = Counter(group_of(mentee, rules) for mentee in people)
    limits = {group: limit(size, rate, rules) for group, size in sizes.items()}
    matched = {pair.mentee for pair in pairs}
    unmatched = Counter(group_of(mentee, rules) for mentee in people if mentee.person_id not in matched)
    beyond = {group: unmatched[group] - limits[group] for group in sizes if unmatched[group] > limits[group]}
    unavoidable = fewest_beyond_limits(rules, sizes, limits) if beyond and prove else 0
    if sum(beyond.values()) <= unavoidable:
        return
    for group, excess in sorted(beyond.items()):
        words = (
            f"{unmatched[group]} of {sizes[group]} in {group!r} stay unmatched, {excess} beyond the limit of "
            f"{limits[group]}; over all groups {unavoidable} are unavoidable"
        )
        yield Violation(0, "", "", "fairness", words)


def limit(size: int, rate: float, rules: Rules) -> int:
    fairness = rules.program.fairness
    assert fairness is not None
    return min(size, math.ceil(size * (1 - rate + fairness.tolerance) - 1e-9))


def group_of(mentee: Person, rules: Rules) -> str:
    fairness = rules.program.fairness
    assert fairness is not None
    return "+".join(mentee.attributes.get(name, "") for name in fairness.group)


def fewest_beyond_limits(rules: Rules, sizes: Mapping[str, int], limits: Mapping[str, int]) -> int:
    """The least number of people beyond the limits in any matching: what a maximum flow cannot bring to the groups."""
    needed = {group: sizes[group] - limits[group] for group in sizes}
    residual = network(rules, needed)
    return sum(needed.values()) - maximum_flow(residual)


def network(rules: Rules, needed: Mapping[str, int]) -> Flow:
    """Source - group (people needed) - mentee - mentor (seats) - sink; a locked mentee has one way to go."""
    locked = dict(rules.program.locked)
    residual: Flow = {SOURCE: {}, SINK: {}}
    for group, people in needed.items():
        join(residual, SOURCE, ("group", group), people)
    mentors = mentors_of(rules)
    for mentor in mentors:
        held = sum(1 for other in locked.values() if other == mentor.person_id)
        join(residual, ("mentor", mentor.person_id), SINK, rules.seats(mentor) - held)
    for mentee in mentees_of(rules):
        here = ("mentee", mentee.person_id)
        join(residual, ("group", group_of(mentee, rules)), here, 1)
        if mentee.person_id in locked:
            join(residual, here, SINK, 1)
            continue
        for mentor in mentors:
            if rules.allows(mentee, mentor):
                join(residual, here, ("mentor", mentor.person_id), 1)
    return residual


def join(residual: Flow, start: Node, end: Node, room: int) -> None:
    residual.setdefault(start, {})[end] = room
    residual.setdefault(end, {}).setdefault(start, 0)


def maximum_flow(residual: Flow) -> int:
    """Shortest augmenting paths, one unit at a time (Edmonds and Karp, 1972)."""
    sent = 0
    while path := shortest_path(residual):
        for start, end in pairwise(path):
            residual[start][end] -= 1
            residual[end][start] += 1
        sent += 1
    return sent


def shortest_path(residual: Flow) -> list[Node]:
    came_from: dict[Node, Node] = {SOURCE: SOURCE}
    waiting = deque([SOURCE])
    while waiting:
        here = waiting.popleft()
        for there, room in residual[here].items():
            if room > 0 and there not in came_from:
                came_from[there] = here
                if there == SINK:
                    return unwound(came_from)
                waiting.append(there)
    return []


def unwound(came_from: Mapping[Node, Node]) -> list[Node]:
    path = [SINK]
    while path[-1] != SOURCE:
        path.append(came_from[path[-1]])
    return path[::-1]
