"""How much one person or client may ask of one process in a minute, so that nobody's mistake is everybody's outage."""

import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from servicekit.caller import Caller
from servicekit.config import KitSettings
from servicekit.refusals import Refusal


class TooManyRequests(Refusal):
    """The caller asked for more than a minute's share; `retry_after` says when there is room again."""

    status = 429

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Rates:
    """Counts each caller's requests in memory, per process; a share of 0 is without limit."""

    def __init__(self, person_per_minute: int, client_per_minute: int) -> None:
        self._shares: dict[str, RateLimitItem] = {
            kind: RateLimitItemPerMinute(share)
            for kind, share in (("person", person_per_minute), ("client", client_per_minute))
            if share
        }
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    @staticmethod
    def of(settings: KitSettings) -> "Rates":
        """The shares of the settings."""
        return Rates(settings.person_rate, settings.client_rate)

    def take(self, caller: Caller) -> None:
        """Count one request; raises TooManyRequests where the share is used up."""
        share = self._shares.get(caller.kind)
        if share is None or self._limiter.hit(share, caller.kind, caller.id):
            return
        stats = self._limiter.get_window_stats(share, caller.kind, caller.id)
        raise TooManyRequests(
            f"You may ask {share.amount} times a minute. Wait a moment, and ask for more at once.",
            max(1, round(stats.reset_time - time.time())),
        )
