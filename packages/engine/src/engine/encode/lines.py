"""Reporting lines as ranges of a walk through the organisation, so that "anywhere below" is one comparison."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.person import Person


def related_pairs(lines: Mapping[str, str], mentees: Sequence[Person], mentors: Sequence[Person]) -> NDArray[np.int64]:
    """Sorted unique keys i·m + j of pairs in which one stands above the other, however far.

    `lines` maps a person to their manager; an empty or unknown manager ends the line.
    """
    entered, left = _walk(lines)
    first = np.array([(entered[p.person_id], left[p.person_id]) for p in mentees], np.int64).reshape(-1, 2)
    second = np.array([(entered[p.person_id], left[p.person_id]) for p in mentors], np.int64).reshape(-1, 2)
    i, j = _within(first, second[:, 0])
    j_above, i_below = _within(second, first[:, 0])
    width = len(mentors)
    return np.unique(np.concatenate((i * width + j, i_below * width + j_above)))


def _walk(lines: Mapping[str, str]) -> tuple[dict[str, int], dict[str, int]]:
    """When a walk from the top down enters each person, and when it has left everybody below them.

    A cycle is entered as a whole: each of its members stands above the others and above all that is below any.
    """
    reports: dict[str, list[str]] = {}
    for person, manager in lines.items():
        if manager in lines:
            reports.setdefault(manager, []).append(person)
    entered: dict[str, int] = {}
    left: dict[str, int] = {}
    clock = 0
    for group in _tops(lines):
        members = set(group)
        start = clock
        clock += 1
        waiting: list[tuple[str, bool]] = []
        for member in group:
            entered[member] = start
            waiting += [(r, False) for r in reports.get(member, ()) if r not in members]
        while waiting:
            person, done = waiting.pop()
            if done:
                left[person] = clock
                continue
            entered[person] = clock
            clock += 1
            waiting.append((person, True))
            waiting += [(report, False) for report in reports.get(person, ())]
        left.update(dict.fromkeys(group, clock))
    return entered, left


def _tops(lines: Mapping[str, str]) -> list[list[str]]:
    """Where lines end: people without a known manager, and each cycle as one group."""
    tops: list[list[str]] = []
    settled: set[str] = set()
    for start in lines:
        trail: dict[str, None] = {}
        current = start
        while current not in settled and current not in trail:
            trail[current] = None
            manager = lines[current]
            if manager not in lines:
                tops.append([current])
                break
            current = manager
        else:
            if current in trail:
                members = list(trail)
                tops.append(members[members.index(current) :])
        settled.update(trail)
    return tops


def _within(ranges: NDArray[np.int64], times: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every (row of `ranges`, row of `times`) in which the time lies in the range."""
    order = np.argsort(times, kind="stable")
    low = np.searchsorted(times[order], ranges[:, 0])
    high = np.searchsorted(times[order], ranges[:, 1])
    counts = high - low
    rows = np.repeat(np.arange(len(ranges)), counts)
    steps = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, order[np.repeat(low, counts) + steps]
