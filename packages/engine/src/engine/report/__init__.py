"""The report of a match: a run in, one self-contained page out."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.explain.unmatched import Unmatched
from engine.match import Match
from engine.report.figures import Figures, Group, Groups, Reason, Variant, Waiting
from engine.report.gather import figures_of
from engine.report.layout import render

__all__ = ["Figures", "Group", "Groups", "Reason", "Variant", "Waiting", "page", "render"]


def page(result: Match, alone: Sequence[Unmatched], record: Mapping[str, Any]) -> str:
    """The page of `result`, with its unmatched people and its record; other settings are run for the curves."""
    return render(figures_of(result, alone, record))
