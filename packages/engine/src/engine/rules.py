"""The absolute rules: which pairs may never be, in the order in which a refusal names them."""

from collections.abc import Iterator
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from engine.encode.columns import MISSING_LEVEL, Columns
from engine.program import Program

ORDER = (
    "shared_language",
    "max_time_zone_hours",
    "meet",
    "opted_out",
    "reporting_line",
    "avoid",
    "capacity",
    "floor",
    "min_level_gap",
    "forbidden",
    "oneself",
    "direction",
)
# What would lift each of them.
CHANGES = {
    "shared_language": "a language that both list",
    "max_time_zone_hours": "a wider max_time_zone_hours in the program",
    "meet": "both ready to meet remotely, or the same site",
    "opted_out": "nobody of the two opting out",
    "reporting_line": "reporting_line: allowed in the program",
    "avoid": "neither avoiding the other",
    "capacity": "a capacity of at least 1",
    "floor": "a lower floor, or more in common",
    "min_level_gap": "a smaller min_level_gap in the program",
    "forbidden": "taking the pair out of forbidden",
    "oneself": "nothing: nobody mentors themselves",
    "direction": "asking the other way round: that direction scores better",
}
DAY = 86_400
Broken = NDArray[np.bool_]


def column_rules(mentees: Columns, mentors: Columns, program: Program) -> Iterator[tuple[str, Broken]]:
    """Each rule that columns decide, with True where it is broken; shapes broadcast, so pairs or blocks will do."""
    rules = program.rules
    if rules.shared_language:
        yield "shared_language", ~shares_language(mentees, mentors)
    if rules.max_time_zone_hours is not None:
        yield "max_time_zone_hours", zone_distance(mentees, mentors) > rules.max_time_zone_hours * 3600
    if rules.meet != "any":
        yield "meet", ~can_meet(mentees, mentors, program)
    yield "opted_out", mentees.opted_out | mentors.opted_out
    full = mentors.capacity <= 0
    yield "capacity", full | (mentees.capacity <= 0 if program.kind == "peer" else np.zeros_like(mentees.opted_out))
    if rules.min_level_gap is not None:
        yield "min_level_gap", ~wide_enough(mentees, mentors, program)


def allowed(mentees: Columns, mentors: Columns, program: Program) -> Broken:
    """True where no rule that columns decide is broken."""
    return ~reduce(np.logical_or, (rule for _, rule in column_rules(mentees, mentors, program)))


def shares_language(mentees: Columns, mentors: Columns) -> Broken:
    """Whether some primary subtag is on both lists."""
    words = min(mentees.languages.shape[-1], mentors.languages.shape[-1])
    shared = mentees.languages[..., 0] & mentors.languages[..., 0]
    for word in range(1, words):
        shared = shared | (mentees.languages[..., word] & mentors.languages[..., word])
    return np.asarray(shared != 0, np.bool_)


def zone_distance(mentees: Columns, mentors: Columns) -> NDArray[np.int64]:
    """Seconds between the two offsets, the short way round the day."""
    # No two zones are a day and a half apart, so no division is needed.
    apart = np.abs(mentees.offset - mentors.offset)
    return np.asarray(np.minimum(apart, np.abs(DAY - apart)), np.int64)


def can_meet(mentees: Columns, mentors: Columns, program: Program) -> Broken:
    """Whether they meet in one place, or remotely where the program lets them."""
    together = (mentees.site == mentors.site) & (mentees.site != 0)
    if program.rules.meet == "remote_or_same_site":
        together = together | (mentees.remote & mentors.remote)
    return np.asarray(together, np.bool_)


def wide_enough(mentees: Columns, mentors: Columns, program: Program) -> Broken:
    """Whether the mentor is senior enough; a missing level is not."""
    known = (mentees.level != MISSING_LEVEL) & (mentors.level != MISSING_LEVEL)
    gap = np.where(known, mentors.level, 0) - np.where(known, mentees.level, 0)
    gap = np.abs(gap) if program.kind == "peer" else gap
    return np.asarray(known & (gap >= (program.rules.min_level_gap or 0)), np.bool_)
