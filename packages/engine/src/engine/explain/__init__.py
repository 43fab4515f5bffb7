"""Why a pair, why not, and what would change it, from the numbers that the match itself used."""

from engine.explain.reasons import Reason, reasons
from engine.explain.refusal import refusal

__all__ = ["Reason", "reasons", "refusal"]
