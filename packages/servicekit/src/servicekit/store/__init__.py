"""The unit of work: documents, outbox rows and a stored reply that become true together or not at all.

A `Unit` is an identity map over a `Session`, the few document operations that MongoDB and the in-memory store both
implement. Reads go through it, writes wait in it, and one flush at the end sends each document once.
"""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from servicekit.documents import Documents, Index, OutboxRow, Reply, StoredReply, index
from servicekit.store.catalogue import Catalogue
from servicekit.store.once import Once, Replayed, run_once
from servicekit.store.session import Conflict, Document, Duplicate, Order, Session, Where
from servicekit.store.unit import Unit

__all__ = [
    "PATIENCE_SECONDS",
    "Catalogue",
    "Conflict",
    "Document",
    "Documents",
    "Duplicate",
    "Index",
    "JoinedStore",
    "Once",
    "Order",
    "OutboxRow",
    "Replayed",
    "Reply",
    "Session",
    "Store",
    "StoredReply",
    "Unit",
    "Where",
    "index",
    "run_once",
]

T = TypeVar("T")
PATIENCE_SECONDS = 5.0
U_co = TypeVar("U_co", covariant=True)


class Store(Protocol[U_co]):
    """Where a use case does its work."""

    def atomically(self, work: Callable[[U_co], T], patience: float = PATIENCE_SECONDS) -> T:
        """Run `work(unit)` in one transaction, again where it conflicted, so `work` touches nothing but its unit.

        Who has another way, should others be at the same things, is less patient: with 0 it is tried once.

        Raises:
            Replayed: the idempotency key of this store was used before.
            TooBusy: it conflicted for `patience` seconds.
            StoreUnavailable: the database did not answer.
        """
        ...

    def reading(self, work: Callable[[U_co], T]) -> T:
        """Run `work(unit)`, which may not write."""
        ...

    def answering(self, once: Once | None) -> "Store[U_co]":
        """The same store, whose next `atomically` also keeps its reply under `once`."""
        ...


class JoinedStore(Generic[U_co]):
    """A store whose work joins a transaction that is already open: what handlers hand to use cases."""

    def __init__(self, unit: U_co) -> None:
        self._unit = unit

    def atomically(self, work: Callable[[U_co], T], patience: float = PATIENCE_SECONDS) -> T:
        return work(self._unit)

    def reading(self, work: Callable[[U_co], T]) -> T:
        return work(self._unit)

    def answering(self, once: Once | None) -> "JoinedStore[U_co]":
        if once is not None:
            raise LookupError("an event has no idempotency key: its watermark is its memory")
        return self
