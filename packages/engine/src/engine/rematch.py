"""After a small change: untouched pairs stay, and only those whom it concerns are matched again, over live arrays."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import score
from engine.explain.refusal import points_the_other_way, refusal
from engine.pool import Pool
from engine.recommend import ranked
from engine.score import MICRO
from engine.solve.seating import Seating

KEEP = 20


@dataclass(frozen=True, slots=True)
class Rematch:
    """What the change did: every pair now standing, those that `ended`, and those that are `new`."""

    pairs: Mapping[str, str]
    ended: tuple[tuple[str, str], ...]
    new: tuple[tuple[str, str], ...]


def rematch(pool: Pool, pairs: Mapping[str, str], changed: Iterable[str], waiting: Iterable[str] = ()) -> Rematch:
    """Match again whom `changed` concerns, in the greatest total over the seats that are free.

    `pool` knows the change already and each mentor's whole capacity; `pairs` maps mentees to mentors as they stood;
    `changed` are ids of people who are new, changed or gone. A pair of a changed person that now breaks a rule ends;
    a changed mentee may move, with the program's stickiness for the mentor of before; mentors over a lowered capacity
    lose their lowest scores. `waiting` are further unmatched mentees who may take a free seat.
    """
    touched = set(changed)
    standing = dict(pairs)
    for mentee in touched:
        standing.pop(mentee, None)
    # Nearly all pairs stand for sure: they are passed over once.
    concerned = [(mentee, mentor) for mentee, mentor in standing.items() if mentor in touched]
    for mentee, mentor in concerned:
        if refusal(pool, mentee, mentor) is not None:
            del standing[mentee]
    _end_over_capacity(pool, standing, concerned)
    left = _seats_left(pool, standing)
    loose = pairs.keys() - standing.keys()
    open_ids = {one for one in (touched | loose | set(waiting)) if one not in standing}
    mentees = sorted(i for i in open_ids if i in pool and pool.people[i].is_mentored and not pool.people[i].opted_out)
    found = _seated(pool, mentees, left, pairs)
    now = standing | found
    return Rematch(
        pairs={mentee: now[mentee] for mentee in sorted(now)},
        ended=tuple(sorted((mentee, pairs[mentee]) for mentee in loose if found.get(mentee) != pairs[mentee])),
        new=tuple(sorted(pair for pair in found.items() if pairs.get(pair[0]) != pair[1])),
    )


def _end_over_capacity(pool: Pool, standing: dict[str, str], concerned: list[tuple[str, str]]) -> None:
    held: dict[str, list[str]] = defaultdict(list)
    for mentee, mentor in concerned:
        if mentee in standing and mentor in pool.rows:
            held[mentor].append(mentee)
    for mentor, mine in held.items():
        seats = int(pool.columns.capacity[pool.rows[mentor]])
        boss = pool.people[mentor]
        mine.sort(key=lambda i: (-score.pair(pool.people[i], boss, pool.program, pool.rarity).exact, i))
        for mentee in mine[seats:]:
            del standing[mentee]


def _seats_left(pool: Pool, standing: Mapping[str, str]) -> NDArray[np.int64]:
    """Free seats per row of the pool."""
    loads = {mentor: load for mentor, load in Counter(standing.values()).items() if mentor in pool.rows}
    left = pool.columns.capacity.copy()
    left[[pool.rows[mentor] for mentor in loads]] -= np.array(list(loads.values()), left.dtype)
    return np.maximum(left, 0)


def _seated(pool: Pool, mentees: list[str], left: NDArray[np.int64], before: Mapping[str, str]) -> dict[str, str]:
    """The greatest total of open mentees over free seats."""
    bonus = round(pool.program.stickiness * MICRO)
    candidates: list[tuple[int, int, int]] = []
    for place, mentee_id in enumerate(mentees):
        mentee = pool.people[mentee_id]
        taken = 0
        for row, total in ranked(pool, mentee, left > 0, KEEP):
            mentor = pool.people[pool.ids[row]]
            if pool.program.kind == "peer" and mentee_id > mentor.person_id:
                continue  # the same pair from its other side
            if points_the_other_way(pool, mentee, mentor) or total < pool.program.floor - score.ROUNDING:
                continue
            gain = round(total * MICRO) + bonus * (before.get(mentee_id) == mentor.person_id)
            # One more for each person seated: of equal totals the one with more people wins.
            candidates.append((place, row, gain * (len(mentees) + 1) + 1))
            taken += 1
            if taken == KEEP:
                break
    if not candidates:
        return {}
    i, j, gain = np.array(sorted(candidates), np.int64).T
    rows, column = np.unique(j, return_inverse=True)
    seated = Seating(len(mentees), left[rows], np.zeros(len(rows), np.int64), i, column, gain).solve()
    return {mentees[i[at]]: pool.ids[j[at]] for at in seated.chosen.tolist()}
