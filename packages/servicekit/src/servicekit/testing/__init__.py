"""What tests of services stand on: a store and a log in memory, proven by the suites that MongoDB and Kafka pass."""

from servicekit.testing.clock import FrozenClock
from servicekit.testing.log import MemoryLog
from servicekit.testing.store import MemoryStore

__all__ = ["FrozenClock", "MemoryLog", "MemoryStore"]
