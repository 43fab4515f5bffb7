"""The public formula, for one pair, for columns of pairs, and for whole blocks."""

from engine.score.columns import availability_by_column, diversity_by_column, seniority_by_column
from engine.score.formula import MICRO, ROUNDING, Rarity, Score, mentee_wish, mentor_wish, pair, rounded

__all__ = [
    "MICRO",
    "ROUNDING",
    "Rarity",
    "Score",
    "availability_by_column",
    "diversity_by_column",
    "mentee_wish",
    "mentor_wish",
    "pair",
    "rounded",
    "seniority_by_column",
]
