"""What a program asks of its match: kind, weights, rules and objective, refused by name where they make no sense."""

from engine.program.keys import Problem, ProgramRefused
from engine.program.reading import read_program
from engine.program.shape import COMPONENTS, Fairness, Group, Program, Rules, Seniority, Weights, Wishes

__all__ = [
    "COMPONENTS",
    "Fairness",
    "Group",
    "Problem",
    "Program",
    "ProgramRefused",
    "Rules",
    "Seniority",
    "Weights",
    "Wishes",
    "read_program",
]
