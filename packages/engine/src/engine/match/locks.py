"""Locked pairs: taken out before solving, or the program refused by name."""

from collections import Counter

import numpy as np

from engine import rules
from engine.admission import NONE_BROKEN, first_broken, micro, scores_of
from engine.candidates import Pairs
from engine.encode.cohort import Cohort
from engine.program import Problem, ProgramRefused

WRITE = "take the pair out of locked or mend the cause"


def check_locks(cohort: Cohort) -> Pairs:
    """The locked pairs as rows; raises ProgramRefused for each one that cannot be."""
    locked = sorted(cohort.program.locked)
    peer = cohort.program.kind == "peer"
    if peer:
        locked = sorted({(min(pair), max(pair)) for pair in locked})
    problems = [Problem("locked", f"{list(pair)}: {why}", WRITE) for pair in locked for why in _strangers(cohort, pair)]
    problems += _repeated(locked, peer)
    if not problems:
        i, j = cohort.rows(locked)
        exact = scores_of(cohort, i, j).exact
        broken = first_broken(cohort, i, j, exact)
        for row, place in enumerate(broken.tolist()):
            if place != NONE_BROKEN:
                pair = [cohort.mentee_ids[i[row]], cohort.mentor_ids[j[row]]]
                problems.append(Problem("locked", f"{pair}: breaks the rule {rules.ORDER[place]}", WRITE))
        loads = np.bincount(j, minlength=cohort.shape[1])
        for over in np.flatnonzero((loads > cohort.mentors.capacity) & (loads > 0)).tolist():
            words = (
                f"{cohort.mentor_ids[over]} has {loads[over]} locked mentees and takes {cohort.mentors.capacity[over]}"
            )
            problems.append(Problem("locked", words, WRITE))
        if not problems:
            return Pairs(i, j, micro(exact))
    raise ProgramRefused(problems)


def _strangers(cohort: Cohort, pair: tuple[str, str]) -> list[str]:
    found = []
    for person_id, side, ids in ((pair[0], "mentee", cohort.mentee_ids), (pair[1], "mentor", cohort.mentor_ids)):
        if person_id not in cohort.people:
            found.append(f"nobody accepted has the id {person_id}")
        elif person_id not in ids:
            found.append(f"{person_id} cannot be a {side}")
    return found


def _repeated(locked: list[tuple[str, str]], peer: bool) -> list[Problem]:
    people = Counter(p for pair in locked for p in (pair if peer else pair[:1]))
    return [Problem("locked", f"{p} is in {n} locked pairs", WRITE) for p, n in sorted(people.items()) if n > 1]
