"""The report of a match: figures in, one self-contained page out."""

from engine.report.figures import Figures, Group, Groups, Reason, Variant, Waiting
from engine.report.page import render

__all__ = ["Figures", "Group", "Groups", "Reason", "Variant", "Waiting", "render"]
