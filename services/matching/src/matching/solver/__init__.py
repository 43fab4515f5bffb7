"""The match of a whole program in a process of its own, which can be killed at any moment; a `ports.Solver`."""

from matching.solver.process import ChildSolver

__all__ = ["ChildSolver"]
