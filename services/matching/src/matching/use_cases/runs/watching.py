"""What looks after a computation while it goes on: renews the lease, and notices that it is to end."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from matching.ports.solver import Ownership
from matching.ports.unit import Store
from servicekit.lease import LeaseLost

# How often an end is looked for, in seconds.
LOOK_EVERY = 0.25


class Stopped(Exception):
    """Nobody waits for the answer any more, or the worker is to end: compute no further."""


@dataclass
class Watch(ABC):
    """Called several times a second while something is computed."""

    store: Store
    lease: Ownership
    stopping: Callable[[], bool]
    looked: float = 0.0

    def __call__(self, stage: str, share: float) -> None:
        if self.stopping():
            raise Stopped
        now = time.monotonic()
        if now - self.looked < LOOK_EVERY:
            return
        self.looked = now
        if self.lease.claim() is None:
            raise LeaseLost(f"the lease {self.lease.name} has another owner")
        self.look(stage, share, now)

    @abstractmethod
    def look(self, stage: str, share: float, now: float) -> None:
        """What is to be noted, and whether it goes on; raises Stopped."""
