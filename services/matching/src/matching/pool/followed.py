"""Keeps the match near the store's truth while questions come, so that none of them has to look for what changed."""

import threading
import time
from datetime import datetime, timedelta

import structlog

from matching.domain.program import Program
from matching.pool.pools import Pools
from matching.ports.matcher import Match, Verdict
from servicekit.refusals import StoreUnavailable

# Between two looks, in seconds: no oftener than the next question needs, since each look is in somebody's way.
EVERY = 0.2
# A question that finds the last look older than this looks itself.
FRESH_FOR = timedelta(seconds=0.25)
# Nobody looks while nobody asks.
REST_AFTER = 10.0

log = structlog.get_logger()


class Followed:
    """A `ports.Matcher` over `pools`, with a thread that looks again and again and ends when questions do."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._asked_at = 0.0

    def recommend(self, program: Program, mentee_id: str, limit: int) -> tuple[list[Match], datetime]:
        """The mentors who fit best; see `Pools.recommend`."""
        self._follow()
        return self._pools.recommend(program, mentee_id, limit)

    def explain(self, program: Program, mentee_id: str, mentor_id: str) -> Verdict:
        """Why this mentor, or why not."""
        self._follow()
        return self._pools.explain(program, mentee_id, mentor_id)

    def _follow(self) -> None:
        self._asked_at = time.monotonic()
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look_while_asked, name="match-follows", daemon=True)
                self._thread.start()

    def _look_while_asked(self) -> None:
        while time.monotonic() - self._asked_at < REST_AFTER:
            time.sleep(EVERY)
            try:
                self._pools.look()
            except StoreUnavailable:
                log.warning("match-not-followed")
                return  # the next question looks itself, and starts another thread
