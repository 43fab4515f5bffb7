"""The match: people and a program in, pairs and their explanations out."""

from engine.explain import Reason, refusal
from engine.person import Interval, Person
from engine.pool import Pool
from engine.program import Program, ProgramRefused
from engine.recommend import Recommendation, recommend
from engine.rematch import Rematch, rematch
from engine.score import Rarity, Score

__all__ = [
    "Interval",
    "Person",
    "Pool",
    "Program",
    "ProgramRefused",
    "Rarity",
    "Reason",
    "Recommendation",
    "Rematch",
    "Score",
    "recommend",
    "refusal",
    "rematch",
]
