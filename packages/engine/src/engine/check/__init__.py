"""The independent checker: whether a result obeys the published rules, judged on raw attributes alone."""

from engine.check.verdict import EXHAUSTIVE_PAIRS, verify
from engine.check.violations import CannotCheck, Violation

__all__ = ["EXHAUSTIVE_PAIRS", "CannotCheck", "Violation", "verify"]
