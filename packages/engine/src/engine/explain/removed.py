"""How many others each rule removes for a mentee, each counted under the first rule that it breaks."""

import numpy as np
from numpy.typing import NDArray

from engine import rules
from engine.admission import NONE_BROKEN, among, first_broken, scores_of
from engine.encode.cohort import Cohort
from engine.score import ROUNDING
from engine.score.blocks import classes

Ints = NDArray[np.int64]
Codes = NDArray[np.uint8]
PLACES = len(rules.ORDER)
ONESELF = rules.ORDER.index("oneself")
BANS = ("reporting_line", "avoid", "forbidden", "oneself")


def removed_by_rule(cohort: Cohort, rows: Ints) -> Ints:
    """Counts (len(rows), PLACES + 1) per mentee row: by rule in the order of `rules.ORDER`, then the candidates left.

    A person is no candidate of their own, so nothing is counted under `oneself`.
    """
    counts = np.zeros((len(rows), PLACES + 1), np.int64)
    kinds = classes(cohort)[rows]
    shared: dict[int, Codes] = {}
    scored = _needs_scores(cohort)[rows]
    for place, (row, kind) in enumerate(zip(rows.tolist(), kinds.tolist(), strict=True)):
        if kind not in shared:
            shared[kind] = _by_columns(cohort, row)
        codes = shared[kind].copy()
        _with_bans(cohort, row, codes)
        if scored[place]:
            _with_scores(cohort, row, codes)
        found = np.bincount(codes, minlength=NONE_BROKEN + 1)
        found[ONESELF] = 0
        counts[place] = np.append(found[:PLACES], found[NONE_BROKEN])
    return counts


def _needs_scores(cohort: Cohort) -> NDArray[np.bool_]:
    """For which mentees (n,) the floor, the direction of two who are both, or a ban of a peer can remove anybody."""
    always = cohort.program.floor > 0 or cohort.program.kind == "peer"
    return np.asarray((cohort.twin_mentor >= 0) | always)


def _by_columns(cohort: Cohort, row: int) -> Codes:
    codes = np.full(cohort.shape[1], NONE_BROKEN, np.uint8)
    broken = dict(rules.column_rules(cohort.mentees.take(np.array([row])), cohort.mentors, cohort.program))
    for place in reversed(range(PLACES)):
        if rules.ORDER[place] in broken:
            codes[broken[rules.ORDER[place]]] = place
    return codes


def _with_bans(cohort: Cohort, row: int, codes: Codes) -> None:
    m = cohort.shape[1]
    for rule, keys in zip(BANS, (cohort.related, cohort.avoiding, cohort.forbidden, cohort.themselves), strict=True):
        low, high = np.searchsorted(keys, (row * m, (row + 1) * m))
        mentors = keys[low:high] % max(m, 1)
        place = rules.ORDER.index(rule)
        codes[mentors] = place if rule == "oneself" else np.minimum(codes[mentors], place)


def _with_scores(cohort: Cohort, row: int, codes: Codes) -> None:
    # The floor stands before the level gap and forbidden pairs, so those are asked again with the score.
    mentors = np.flatnonzero(codes > rules.ORDER.index("floor"))
    mentors = mentors[codes[mentors] != ONESELF]
    i, j = _pairs_of(cohort, row, mentors)
    codes[mentors] = first_broken(cohort, i, j, scores_of(cohort, i, j).exact)


def _pairs_of(cohort: Cohort, row: int, mentors: Ints) -> tuple[Ints, Ints]:
    """The pairs of one mentee with these mentors; between peers, who have one row on either side, the smaller first."""
    i = np.full(len(mentors), row)
    if cohort.program.kind == "peer":
        return np.minimum(i, mentors), np.maximum(i, mentors)
    return i, mentors


def removed_by_one_rule(cohort: Cohort, row: int) -> dict[str, int]:
    """How many others each rule removes for a mentee who break no other rule: as many more candidates without it."""
    m = cohort.shape[1]
    i, j = _pairs_of(cohort, row, np.arange(m))
    broken = dict(rules.column_rules(cohort.mentees.take(np.array([row])), cohort.mentors, cohort.program))
    for rule, keys in zip(BANS, (cohort.related, cohort.avoiding, cohort.forbidden, cohort.themselves), strict=True):
        broken[rule] = among(cohort.keys(i, j), keys)
    if cohort.program.floor > 0:
        broken["floor"] = scores_of(cohort, i, j).exact < cohort.program.floor - ROUNDING
    alone = np.sum([np.broadcast_to(each, m) for each in broken.values()], axis=0) == 1
    return {rule: int((each & alone).sum()) for rule, each in broken.items() if rule != "oneself"}
