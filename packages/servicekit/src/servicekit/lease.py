"""One owner at a time for work that must not run twice: a lease with a growing fencing token and a waiting stand-by."""

import time
from collections.abc import Callable
from dataclasses import replace

from servicekit.ids import new_id
from servicekit.ledger import LeaseRow
from servicekit.store import Store, Unit

LASTS_SECONDS = 5.0


class LeaseLost(Exception):
    """Somebody else owns the work now; stop doing it."""


class Lease:
    """One process's bid for the work called `name`.

    Clocks of two machines are never compared: a stand-by takes over once it has itself watched the row stand still
    for `lasts` seconds, and an owner stops trusting its claim a little before that.
    """

    def __init__(
        self,
        store: Store[Unit],
        name: str,
        lasts: float = LASTS_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.holder = new_id("own")
        self._store = store
        self._lasts = lasts
        self._monotonic = monotonic
        self._fence: int | None = None
        self._claimed_at = 0.0
        self._seen: tuple[int, float] | None = None  # the row's version, and when this process first saw it

    def claim(self) -> int | None:
        """Take, keep or renew the lease: its fence where it is ours, None where somebody else is alive."""
        if self._fence is not None and self._monotonic() < self._claimed_at + self._lasts / 3:
            return self._fence
        before = self._monotonic()
        row = self._store.atomically(self._bid)
        if row is None:
            self._fence = None
            return None
        self._fence, self._claimed_at = row.fence, before
        return row.fence

    @property
    def is_sure(self) -> bool:
        """Whether nobody can have taken over yet; asked right before something is done in the owner's name."""
        return self._fence is not None and self._monotonic() < self._claimed_at + self._lasts * 0.8

    def check(self, unit: Unit) -> None:
        """Compare the fence inside a transaction of the owner.

        Raises:
            LeaseLost: it is no longer ours.
        """
        row = unit.get(LeaseRow, self.name)
        if row is None or row.holder != self.holder or row.fence != self._fence:
            self._fence = None
            raise LeaseLost(f"the lease {self.name} has another owner")

    def release(self) -> None:
        """Let the stand-by go on at once."""

        def give_up(unit: Unit) -> None:
            row = unit.get(LeaseRow, self.name)
            if row is not None and row.holder == self.holder:
                unit.save(replace(row, holder=None))

        if self._fence is not None:
            self._fence = None
            self._store.atomically(give_up)

    def _bid(self, unit: Unit) -> LeaseRow | None:
        row = unit.get(LeaseRow, self.name)
        if row is None:
            return unit.save(LeaseRow(id=self.name, holder=self.holder, fence=1))
        if row.holder == self.holder:
            return unit.save(row)
        if row.holder is not None and not self._stood_still(row):
            return None
        return unit.save(replace(row, holder=self.holder, fence=row.fence + 1))

    def _stood_still(self, row: LeaseRow) -> bool:
        now = self._monotonic()
        if self._seen is None or self._seen[0] != row.version:
            self._seen = (row.version, now)
        return now >= self._seen[1] + self._lasts
