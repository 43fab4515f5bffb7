"""The match of a whole program in a process of its own, which can be killed at any moment.

`process.ChildSolver` is the worker's side of it, a `ports.Solver`. Nothing is imported here: the child is to be bound
to its parent before it reads the engine.
"""
