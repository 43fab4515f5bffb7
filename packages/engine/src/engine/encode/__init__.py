"""People to arrays: one row per person, comparable by whole columns."""

from engine.encode.codes import Codes
from engine.encode.columns import Columns
from engine.encode.week import offset_seconds, shifted_week

__all__ = ["Codes", "Columns", "offset_seconds", "shifted_week"]
