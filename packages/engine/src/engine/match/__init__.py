"""One whole run: people and a program in, pairs with their figures out."""

from engine.match.result import Match
from engine.match.run import STAGES, match, match_again

__all__ = ["STAGES", "Match", "match", "match_again"]
