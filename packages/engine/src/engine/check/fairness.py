"""Whether each group stayed within its limit of unmatched mentees, or as close to it as raw data allow."""

import math
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from engine.check.people import Person
from engine.check.result import Pair
from engine.check.rules import Rules
from engine.check.stability import mentees_of, mentors_of
from engine.check.violations import Violation

# A cut is checked pair by pair, for as many of its mentees as this many pairs allow: about a minute.
PROOF_PAIRS = 5_000_000
SOURCE, SINK = ("source", ""), ("sink", "")
Node = tuple[str, str]
Flow = dict[Node, dict[Node, int]]


@dataclass(frozen=True)
class Cut:
    """A proof that a run gives for its excess: these mentees may be matched with these mentors only."""

    mentees: frozenset[str]
    mentors: frozenset[str]


def breaches_of_fairness(
    pairs: list[Pair], rules: Rules, rate: float, cut: Cut | None, small: bool
) -> Iterator[Violation]:
    """Groups beyond their limits, given the rate `rate` of the same run without fairness.

    They may be so by no more people in total than is unavoidable: by a maximum flow over every allowed pair where
    the input is `small`, else by the run's own `cut`, which is checked on raw data.
    """
    people = mentees_of(rules)
    sizes = Counter(group_of(mentee, rules) for mentee in people)
    limits = {group: limit(size, rate, rules) for group, size in sizes.items()}
    matched = {pair.mentee for pair in pairs}
    unmatched = Counter(group_of(mentee, rules) for mentee in people if mentee.person_id not in matched)
    beyond = {group: unmatched[group] - limits[group] for group in sizes if unmatched[group] > limits[group]}
    unavoidable = 0
    if beyond:
        unavoidable = fewest_beyond_limits(rules, sizes, limits) if small else proven_by(cut, rules, limits)
    if sum(beyond.values()) <= unavoidable:
        return
    for group, excess in sorted(beyond.items()):
        words = (
            f"{unmatched[group]} of {sizes[group]} in {group!r} stay unmatched, {excess} beyond the limit of "
            f"{limits[group]}; over all groups {unavoidable} are unavoidable"
        )
        yield Violation(0, "", "", "fairness", words)


def proven_by(cut: Cut | None, rules: Rules, limits: Mapping[str, int]) -> int:
    """How many people beyond the limits the cut proves; 0 where one of its mentees may have a mentor outside it.

    Of the mentees in the cut more than its seats stay unmatched, and their groups excuse no more than their limits.
    """
    if cut is None:
        return 0
    mentees = [mentee for mentee in mentees_of(rules) if mentee.person_id in cut.mentees]
    mentors = mentors_of(rules)
    outside = [mentor for mentor in mentors if mentor.person_id not in cut.mentors]
    for mentee in mentees[: 1 + PROOF_PAIRS // max(1, len(outside))]:
        if any(rules.allows(mentee, mentor) for mentor in outside):
            return 0
    locked = dict(rules.program.locked)
    held = Counter(mentor for mentee, mentor in locked.items() if mentee not in cut.mentees)
    seats = sum(rules.seats(m) - held[m.person_id] for m in mentors if m.person_id in cut.mentors)
    return max(
        0, len(mentees) - seats - sum(limits[group] for group in {group_of(mentee, rules) for mentee in mentees})
    )


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
