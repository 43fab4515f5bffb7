"""Events in: each applied once, in order per key, together with its effect, or parked byte for byte."""

from servicekit.consumer.applying import Applying, Outcome, Verdict
from servicekit.consumer.consumer import Consumer, LostPartition, TooMuchParked

__all__ = [
    "Applying",
    "Consumer",
    "LostPartition",
    "Outcome",
    "TooMuchParked",
    "Verdict",
]
