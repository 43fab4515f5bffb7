"""The live arrays of each program, kept near the store's truth in every web process; a `ports.Matcher`."""

from matching.pool.pools import Pools

__all__ = ["Pools"]
