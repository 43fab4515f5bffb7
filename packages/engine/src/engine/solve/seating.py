"""Mentees, mentors' seats and the ways to stay unmatched, as one network: best totals, most people, fairness."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.solve.network import FAR, Network

Ints = NDArray[np.int64]


@dataclass(slots=True)
class Seating:
    """n open mentees and m mentors; candidate pairs are (i, j) with an integer `gain` each.

    `seats` (m,) are free, of which `taken` (m,) are counted already by locked pairs: the k-th mentee of a mentor
    costs (k - 1) times `spread`. `group` (n,) and `limit` (groups,) cap how many of each group stay unmatched,
    `beyond` in all may exceed the limits; at most `unmatched` stay unmatched altogether. `least` (m,), where given,
    is filled before anything else counts; where it cannot be, it is not.
    """

    n: int
    seats: Ints
    taken: Ints
    i: Ints
    j: Ints
    gain: Ints
    spread: int = 0
    group: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    limit: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    beyond: int = 0
    beyond_cost: int = 0
    unmatched: int | None = None
    least: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def dear(self) -> int:
        """More than any way to better seats brings."""
        return 4 * (int(self.gain.max(initial=0)) + self.beyond_cost + self.spread * int(self.seats.max(initial=0)) + 1)

    def solve(self) -> "Seated":
        """The seating of greatest gain."""
        network = self._network()
        flow = network.solve()
        return Seated(self, network, flow, np.flatnonzero(flow[: len(self.i)]))

    def seated(self, flow: Ints) -> "Seated":
        """The seating that a flow along its arcs means, whatever seating of the same arcs it was found for."""
        return Seated(self, self._network(), flow, np.flatnonzero(flow[: len(self.i)]))

    def flow(self, chosen: Ints) -> Ints:
        """The flow along its arcs that seats the `chosen` pairs (positions) and nobody else.

        Who stays unmatched goes by the limit of the group while that has room, and beyond it then. For seatings whose
        seats all cost the same.
        """
        assert not self.spread
        assert not len(self.least)
        n, groups = self.n, len(self.limit)
        pairs, alone = np.zeros(len(self.i), np.int64), np.ones(n, np.int64)
        pairs[chosen], alone[self.i[chosen]] = 1, 0
        loads = np.bincount(self.j[chosen], minlength=len(self.seats))
        if not groups:
            return np.concatenate((pairs, loads, alone, [alone.sum()]))
        unmatched = np.bincount(self.group[alone > 0], minlength=groups)
        within = np.minimum(unmatched, self.limit)
        over = unmatched - within
        return np.concatenate((pairs, loads, alone, within, over, [over.sum()], [alone.sum()]))

    def _network(self) -> Network:
        n, m, groups = self.n, len(self.seats), len(self.limit)
        out, over, sink = n + m, n + m + 1, n + m + 2
        first_group = sink + 1
        everybody = np.arange(n)
        most_unmatched = n if self.unmatched is None else self.unmatched
        arcs = [_arcs(self.i, n + self.j, 1, -self.gain), *self._seat_arcs(n, sink)]
        if groups:
            nodes = first_group + np.arange(groups)
            arcs += [
                _arcs(everybody, first_group + self.group, 1, 0),
                _arcs(nodes, np.full(groups, out), self.limit, 0),
                _arcs(nodes, np.full(groups, over), n, self.beyond_cost),
                _arcs(np.array([over]), np.array([out]), self.beyond, 0),
            ]
        else:
            arcs.append(_arcs(everybody, np.full(n, out), 1, 0))
        arcs.append(_arcs(np.array([out]), np.array([sink]), most_unmatched, 0))
        supply = np.zeros(first_group + groups, np.int64)
        supply[:n] = 1
        supply[sink] = -n
        tail, head, room, cost = (np.concatenate(part).astype(np.int64) for part in zip(*arcs, strict=True))
        return Network(tail, head, room, cost, supply)

    def _seat_arcs(self, n: int, sink: int) -> list[tuple[Ints, Ints, Ints, Ints]]:
        m = len(self.seats)
        if not self.spread:
            if not len(self.least):
                return [_arcs(n + np.arange(m), np.full(m, sink), self.seats, 0)]
            first = np.clip(self.least - self.taken, 0, self.seats)
            return [
                _arcs(n + np.arange(m), np.full(m, sink), first, -self.dear),
                _arcs(n + np.arange(m), np.full(m, sink), self.seats - first, 0),
            ]
        # One arc per seat, dearer one by one; one more than there are candidates for is never full.
        useful = np.minimum(self.seats, np.bincount(self.j, minlength=m) + 1)
        mentor = np.repeat(np.arange(m), useful)
        place = np.arange(len(mentor)) - np.repeat(np.cumsum(useful) - useful, useful)
        cost = (self.taken[mentor] + place) * self.spread
        if len(self.least):
            cost = cost - self.dear * (self.taken[mentor] + place < self.least[mentor])
        return [_arcs(n + mentor, np.full(len(mentor), sink), 1, cost)]


@dataclass(slots=True)
class Seated:
    """The result: which candidate pairs were `chosen` (positions), with prices that prove it."""

    seating: Seating
    network: Network
    flow: Ints
    chosen: Ints

    def prices(self) -> tuple[Ints, Ints]:
        """(least (n,), price (m,)): a pair outside would help only where gain - price > least."""
        n, m = self.seating.n, len(self.seating.seats)
        potential = self.network.potentials(self.flow)
        sink = potential[n + m + 2]
        # The potential of an empty mentor may say less than the cost of the first seat; that cost is the price.
        first_seat = self.seating.taken * self.seating.spread
        return potential[:n] - sink, np.maximum(sink - potential[n : n + m], first_seat)

    def losses(self, group: int | None) -> Ints:
        """Per mentor (m,) what a seat taken from outside costs the rest, the taker of `group` being unmatched now."""
        n, m = self.seating.n, len(self.seating.seats)
        exit_node = n + m if group is None else n + m + 3 + group
        found = self.network.distances_to(self.flow, exit_node)[n : n + m]
        # What would leave a group short that has to be filled is no way at all.
        return np.where(found >= self.seating.dear // 2, FAR, found) if len(self.seating.least) else found

    def beyond(self) -> Ints:
        """By how many people each group exceeds its limit."""
        start = len(self.flow) - 2 - len(self.seating.limit)
        return self.flow[start : start + len(self.seating.limit)]


def _arcs(tail: Ints, head: Ints, room: "int | Ints", cost: "int | Ints") -> tuple[Ints, Ints, Ints, Ints]:
    return tail, head, np.broadcast_to(room, tail.shape), np.broadcast_to(cost, tail.shape)
