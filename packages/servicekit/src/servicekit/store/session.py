"""The few document operations that MongoDB and the in-memory store both implement, and how they refuse."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Document = dict[str, Any]
Where = Mapping[str, Any]
Order = Sequence[tuple[str, int]]


class Conflict(Exception):
    """Somebody else changed a document this work had read; the whole work runs again."""


class Duplicate(Conflict):
    """A unique index refused an insert; trying again lets the work see the other one."""


class Session(Protocol):
    """The document operations a unit stands on, inside one transaction (or none, for reading)."""

    def load(self, collection: str, ids: Sequence[str]) -> list[Document]:
        """The documents with these ids, in any order."""
        ...

    def query(self, collection: str, where: Where, order: Order, limit: int | None, skip: int = 0) -> list[Document]:
        """Documents that match MongoDB's filter `where` (equality, `$in`, `$ne`, comparisons, `$or`, `$exists`).

        `skip` leaves out so many of the first ones, at the cost of walking over them: some protocols page by number.
        """
        ...

    def count(self, collection: str, where: Where) -> int:
        """How many documents match."""
        ...

    def amend(self, collection: str, where: Where, changes: Mapping[str, Any]) -> int:
        """Set `changes` on every document that matches, versions untouched; returns how many matched."""
        ...

    def discard(self, collection: str, where: Where) -> int:
        """Delete every document that matches; returns how many."""
        ...

    def write(
        self,
        collection: str,
        inserts: Sequence[Document],
        replaces: Sequence[Document],
        removes: Sequence[tuple[str, int]],
    ) -> None:
        """Insert; replace where the stored version is one below the document's; remove where the version is as given.

        Raises:
            Duplicate: a unique index refused.
            Conflict: a version was not as expected.
        """
        ...
