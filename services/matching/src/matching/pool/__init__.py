"""The live arrays of each program, kept near the store's truth in every web process; a `ports.Matcher`."""

from matching.pool.followed import FRESH_FOR, Followed
from matching.pool.pools import Pools

__all__ = ["FRESH_FOR", "Followed", "Pools"]
