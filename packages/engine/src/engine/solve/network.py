"""A minimum-cost flow: arcs as arrays in, flows and prices out (OR-Tools `SimpleMinCostFlow`)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

Ints = NDArray[np.int64]
FAR = np.iinfo(np.int64).max


class NoFlow(ArithmeticError):
    """The network has no feasible flow; the arcs were built wrongly."""


@dataclass(slots=True)
class Network:
    """Directed arcs tail -> head with room and cost per unit, and what each node supplies (negative: takes)."""

    tail: Ints
    head: Ints
    room: Ints
    cost: Ints
    supply: Ints

    def solve(self) -> Ints:
        """The cheapest flow per arc; raises NoFlow."""
        solver = min_cost_flow.SimpleMinCostFlow()
        if len(self.tail):
            solver.add_arcs_with_capacity_and_unit_cost(self.tail, self.head, self.room, self.cost)
        solver.set_nodes_supplies(np.arange(len(self.supply)), self.supply)
        status = solver.solve()
        # Reading flows of an unbalanced problem ends the process, so the status comes first.
        if status != solver.OPTIMAL:
            raise NoFlow(f"the solver says {status!r}")
        return np.asarray(solver.flows(np.arange(len(self.tail))), np.int64)

    def potentials(self, flow: Ints) -> Ints:
        """Node potentials: no arc with room left has cost + potential(tail) < potential(head).

        They prove the flow optimal (complementary slackness); found by relaxing all arcs of the residual network at
        once (Bellman and Ford), starting from nothing.
        """
        tail, head, cost = self._residual(flow)
        order = np.argsort(head, kind="stable")
        tail, head, cost = tail[order], head[order], cost[order]
        starts = np.flatnonzero(np.diff(head, prepend=-1))
        into = head[starts]
        potential = np.zeros(len(self.supply), np.int64)
        # A way that passes no node twice costs no less than the cheapest arcs out of every node.
        cheapest = np.zeros(len(self.supply), np.int64)
        np.minimum.at(cheapest, tail, cost)
        floor = cheapest.sum()
        for _ in range(len(self.supply) + 1):
            if not len(tail):
                return potential
            reached = np.minimum(potential[into], np.minimum.reduceat(potential[tail] + cost, starts))
            if np.array_equal(reached, potential[into]):
                return potential
            if reached.min() < floor:
                break
            potential[into] = reached
        raise NoFlow("the flow is not optimal: a cycle of negative cost is left")

    def distances_to(self, flow: Ints, node: int) -> Ints:
        """The least cost of moving one unit from each node to `node` through the residual network; FAR where none."""
        tail, head, cost = self._residual(flow)
        order = np.argsort(tail, kind="stable")
        tail, head, cost = tail[order], head[order], cost[order]
        starts = np.flatnonzero(np.diff(tail, prepend=-1))
        away = tail[starts]
        distance = np.full(len(self.supply), FAR, np.int64)
        distance[node] = 0
        for _ in range(len(self.supply) + 1):
            if not len(tail):
                return distance
            step = np.where(distance[head] == FAR, FAR, distance[head] + cost)
            reached = np.minimum(distance[away], np.minimum.reduceat(step, starts))
            if np.array_equal(reached, distance[away]):
                return distance
            distance[away] = reached
        raise NoFlow("the flow is not optimal: a cycle of negative cost is left")

    def _residual(self, flow: Ints) -> tuple[Ints, Ints, Ints]:
        forward, backward = flow < self.room, flow > 0
        tail = np.concatenate((self.tail[forward], self.head[backward]))
        head = np.concatenate((self.head[forward], self.tail[backward]))
        return tail, head, np.concatenate((self.cost[forward], -self.cost[backward]))
