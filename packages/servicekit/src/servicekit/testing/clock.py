"""A clock that stands still until it is moved."""

from datetime import UTC, datetime, timedelta


class FrozenClock:
    """Tells the same moment until `advance` or `set`."""

    def __init__(self, moment: datetime = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def advance(self, **by: float) -> None:
        """Move on by `timedelta(**by)`."""
        self._moment += timedelta(**by)

    def set(self, moment: datetime) -> None:
        """Move to `moment`."""
        self._moment = moment
