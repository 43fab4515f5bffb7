"""The store in memory: the same units, the same conflicts, no server."""

import copy
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from servicekit.refusals import TooBusy
from servicekit.store import (
    PATIENCE_SECONDS,
    Catalogue,
    Conflict,
    Document,
    Documents,
    Duplicate,
    Once,
    Order,
    Unit,
    Where,
    run_once,
)
from servicekit.testing.filters import in_order, matches

U = TypeVar("U", bound=Unit)
T = TypeVar("T")
_ATTEMPTS = 50

Collections = dict[str, dict[str, Document]]


class Shelf:
    """The documents themselves, shared by every view of one memory store."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.collections: Collections = {}
        self.lock = threading.Lock()
        self._catalogue = catalogue

    def check_unique(self, collection: str, held: Mapping[str, Document]) -> None:
        """Refuse two documents that one unique index cannot hold.

        Raises:
            Duplicate: naming the collection and the fields.
        """
        for documents in self._catalogue.documents:
            if documents.collection == collection:
                for entry in documents.indexes:
                    if entry.unique:
                        _check_one(documents, [name for name, _ in entry.fields], entry.where or {}, held.values())


class MemorySession:
    """A transaction over a snapshot; `commit` compares what it wrote with what is there by then."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._view: Collections = {name: dict(documents) for name, documents in shelf.collections.items()}
        self._based_on: dict[tuple[str, str], Document | None] = {}

    def load(self, collection: str, ids: Sequence[str]) -> list[Document]:
        held = self._view.get(collection, {})
        return [copy.deepcopy(held[id]) for id in ids if id in held]

    def query(self, collection: str, where: Where, order: Order, limit: int | None, skip: int = 0) -> list[Document]:
        found = [document for document in self._view.get(collection, {}).values() if matches(document, where)]
        return copy.deepcopy(in_order(found, order)[skip:][:limit])

    def count(self, collection: str, where: Where) -> int:
        return sum(matches(document, where) for document in self._view.get(collection, {}).values())

    def amend(self, collection: str, where: Where, changes: Mapping[str, Any]) -> int:
        found = self.query(collection, where, (), None)
        for document in found:
            self._put(collection, document["_id"], {**document, **changes})
        return len(found)

    def discard(self, collection: str, where: Where) -> int:
        found = self.query(collection, where, (), None)
        for document in found:
            self._put(collection, document["_id"], None)
        return len(found)

    def write(
        self,
        collection: str,
        inserts: Sequence[Document],
        replaces: Sequence[Document],
        removes: Sequence[tuple[str, int]],
    ) -> None:
        for document in inserts:
            if document["_id"] in self._view.get(collection, {}):
                raise Duplicate(f"{collection}: {document['_id']}")
            self._put(collection, document["_id"], document)
        for document in replaces:
            self._expect(collection, document["_id"], document["version"] - 1)
            self._put(collection, document["_id"], document)
        for id, version in removes:
            self._expect(collection, id, version)
            self._put(collection, id, None)
        self._shelf.check_unique(collection, self._view.get(collection, {}))

    def commit(self) -> None:
        """Make it true, unless a document written here was changed by somebody else meanwhile.

        Raises:
            Conflict: it was.
        """
        with self._shelf.lock:
            merged = {name: dict(documents) for name, documents in self._shelf.collections.items()}
            for (collection, id), before in self._based_on.items():
                documents = merged.setdefault(collection, {})
                if documents.get(id) is not before:
                    raise Conflict(f"{collection}: {id} changed meanwhile")
                after = self._view[collection].get(id)
                if after is None:
                    documents.pop(id, None)
                else:
                    documents[id] = after
            for collection in {collection for collection, _ in self._based_on}:
                self._shelf.check_unique(collection, merged[collection])
            self._shelf.collections = merged

    def _expect(self, collection: str, id: str, version: int) -> None:
        held = self._view.get(collection, {}).get(id)
        if held is None or held["version"] != version:
            raise Conflict(f"{collection}: {id} is not at version {version}")

    def _put(self, collection: str, id: str, document: Document | None) -> None:
        documents = self._view.setdefault(collection, {})
        self._based_on.setdefault((collection, id), documents.get(id))
        if document is None:
            documents.pop(id, None)
        else:
            documents[id] = copy.deepcopy(document)


class MemoryStore(Generic[U]):
    """Units of work over dictionaries, with versions, unique indexes and retries as MongoDB has them."""

    def __init__(
        self,
        unit: Callable[[MemorySession, Catalogue, str, int], U],
        catalogue: Catalogue,
        service: str,
        generation: int = 1,
        once: Once | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self.catalogue = catalogue
        self._unit = unit
        self._service = service
        self._generation = generation
        self._once = once
        self._shelf = shelf or Shelf(catalogue)

    def atomically(self, work: Callable[[U], T], patience: float = PATIENCE_SECONDS) -> T:
        for _ in range(_ATTEMPTS if patience else 1):
            try:
                return self._attempt(work)
            except Conflict:
                continue
        raise TooBusy("Others kept changing the same things. Please try again.")

    def reading(self, work: Callable[[U], T]) -> T:
        unit = self._begin(MemorySession(self._shelf))
        result = work(unit)
        if unit.is_dirty:
            raise LookupError("a reading unit was asked to write")
        return result

    def answering(self, once: Once | None) -> "MemoryStore[U]":
        return MemoryStore(self._unit, self.catalogue, self._service, self._generation, once, self._shelf)

    def held(self, collection: str) -> list[Document]:
        """Every document of a collection, by id: for tests that look behind the units."""
        return [copy.deepcopy(document) for _, document in sorted(self._shelf.collections.get(collection, {}).items())]

    def events(self) -> list[str]:
        """What was told so far, oldest first, as `noun.action`: `request.accepted`."""
        rows = self._shelf.collections.get("outbox", {}).values()  # in the order of their commits
        return [".".join(row["type"].split(".")[2:4]) for row in rows]

    def _attempt(self, work: Callable[[U], T]) -> T:
        session = MemorySession(self._shelf)
        unit = self._begin(session)
        result = run_once(unit, self._once, lambda: work(unit))
        unit.flush()
        session.commit()
        return result

    def _begin(self, session: MemorySession) -> U:
        return self._unit(session, self.catalogue, self._service, self._generation)


def _check_one(documents: Documents, names: list[str], where: Where, held: Iterable[Document]) -> None:
    seen: set[tuple[str, ...]] = set()
    for document in held:
        if not matches(document, where):
            continue
        value = tuple(repr(document.get(name)) for name in names)
        if value in seen:
            raise Duplicate(f"{documents.collection}: two documents with one {', '.join(names)}")
        seen.add(value)
