"""What one line of the result says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One bar: what was measured, beside what, the goal, and whether it was met (None where nothing is judged)."""

    name: str
    measured: str
    beside: str
    goal: str
    met: bool | None
