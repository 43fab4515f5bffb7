"""The MongoDB adapter of the store: sessions, transactions, indexes, and the refusal of a server without them."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import structlog
from pymongo import DeleteOne, IndexModel, InsertOne, MongoClient, ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from servicekit.config import KitSettings
from servicekit.documents import Documents
from servicekit.refusals import StoreUnavailable, TooBusy
from servicekit.store import (
    PATIENCE_SECONDS,
    Catalogue,
    Conflict,
    Document,
    Duplicate,
    Once,
    Order,
    Unit,
    Where,
    run_once,
)

U = TypeVar("U", bound=Unit)
T = TypeVar("T")

_DUPLICATE_KEY = 11000
_WRITE_CONFLICT = 112
_INDEX_WITH_OTHER_OPTIONS = frozenset({85, 86})
# A server may compare each document with the whole list that it was found by.
_LOADED_AT_ONCE = 100

log = structlog.get_logger()


class NotAReplicaSet(Exception):
    """The MongoDB server cannot run transactions."""


def connect(uri: str) -> MongoClient[Document]:
    """A client of the server at `uri`; make it after the fork, never before."""
    # Not `timeoutMS`: with it, a server that is away costs every call the whole of that time, in retries.
    return MongoClient(
        uri,
        tz_aware=True,
        serverSelectionTimeoutMS=3000,
        connectTimeoutMS=3000,
        socketTimeoutMS=15000,
        waitQueueTimeoutMS=5000,
        appname="mentormesh",
    )


def require_replica_set(client: MongoClient[Document]) -> None:
    """Refuse a server that cannot run transactions, in one line that says what to do.

    Raises:
        NotAReplicaSet: it is a standalone server, or its set was not initiated.
    """
    hello = client.admin.command("hello")
    if not hello.get("setName"):
        host, port = next(iter(client.nodes), ("?", 0))
        raise NotAReplicaSet(
            f"MONGODB_URI: the server {host}:{port} is not part of a replica set, so it has no transactions. "
            "Start it with --replSet rs0 and run `init` once (a set of one member is enough)."
        )


class MongoSession:
    """One transaction's document operations (or plain reads, where `session` is None)."""

    def __init__(self, database: Database[Document], session: ClientSession | None) -> None:
        self._database = database
        self._session = session

    def load(self, collection: str, ids: Sequence[str]) -> list[Document]:
        found: list[Document] = []
        for start in range(0, len(ids), _LOADED_AT_ONCE):
            some = list(ids[start : start + _LOADED_AT_ONCE])
            where = {"_id": some[0]} if len(some) == 1 else {"_id": {"$in": some}}
            found += self._database[collection].find(where, session=self._session)
        return found

    def query(self, collection: str, where: Where, order: Order, limit: int | None, skip: int = 0) -> list[Document]:
        found = self._database[collection].find(
            where, sort=list(order), limit=limit or 0, skip=skip, session=self._session
        )
        return list(found)

    def count(self, collection: str, where: Where) -> int:
        return self._database[collection].count_documents(where, session=self._session)

    def amend(self, collection: str, where: Where, changes: Mapping[str, Any]) -> int:
        changed = self._database[collection].update_many(where, {"$set": dict(changes)}, session=self._session)
        return changed.matched_count

    def discard(self, collection: str, where: Where) -> int:
        return self._database[collection].delete_many(where, session=self._session).deleted_count

    def write(
        self,
        collection: str,
        inserts: Sequence[Document],
        replaces: Sequence[Document],
        removes: Sequence[tuple[str, int]],
    ) -> None:
        target = self._database[collection]
        try:
            changed = self._send(target, inserts, replaces, removes)
        except (DuplicateKeyError, BulkWriteError) as error:
            raise _duplicate_or_conflict(error) from error
        if changed != len(replaces) + len(removes):
            raise Conflict(f"{collection}: {len(replaces) + len(removes) - changed} documents changed meanwhile")

    def _send(
        self,
        target: Collection[Document],
        inserts: Sequence[Document],
        replaces: Sequence[Document],
        removes: Sequence[tuple[str, int]],
    ) -> int:
        """Send the writes in as few commands as there are kinds; returns how many replaces and removes took effect."""
        if len(inserts) + len(replaces) + len(removes) == 1:
            if inserts:
                target.insert_one(inserts[0], session=self._session)
                return 0
            if replaces:
                return target.replace_one(_one_below(replaces[0]), replaces[0], session=self._session).matched_count
        elif not replaces and not removes:
            target.insert_many(inserts, session=self._session)
            return 0
        operations: list[InsertOne[Document] | ReplaceOne[Document] | DeleteOne] = [
            *(InsertOne(document) for document in inserts),
            *(ReplaceOne(_one_below(document), document) for document in replaces),
            *(DeleteOne({"_id": id, "version": version}) for id, version in removes),
        ]
        result = target.bulk_write(operations, session=self._session)
        return result.matched_count + result.deleted_count


class MongoStore(Generic[U]):
    """Units of work as MongoDB transactions: snapshot reads, majority writes."""

    def __init__(
        self,
        database: Database[Document],
        unit: Callable[[MongoSession, Catalogue, str, int], U],
        catalogue: Catalogue,
        service: str,
        generation: int = 1,
        once: Once | None = None,
    ) -> None:
        self.database = database
        self.catalogue = catalogue
        self._unit = unit
        self._service = service
        self._generation = generation
        self._once = once

    def atomically(self, work: Callable[[U], T], patience: float = PATIENCE_SECONDS) -> T:
        deadline = time.monotonic() + patience
        attempt = 0
        while True:
            try:
                return self._attempt(work)
            except Conflict as conflict:
                attempt += 1
                if time.monotonic() >= deadline:
                    raise TooBusy("Others kept changing the same things. Please try again.") from conflict
                # Full jitter, so that twins that met once do not meet again.
                time.sleep(random.uniform(0, min(0.25, 0.005 * 2**attempt)))
            except ConnectionFailure as failure:
                raise _unavailable(failure) from failure

    def reading(self, work: Callable[[U], T]) -> T:
        unit = self._unit(MongoSession(self.database, None), self.catalogue, self._service, self._generation)
        try:
            result = work(unit)
        except PyMongoError as failure:
            raise _unavailable(failure) from failure
        if unit.is_dirty:
            raise LookupError("a reading unit was asked to write")
        return result

    def answering(self, once: Once | None) -> "MongoStore[U]":
        return MongoStore(self.database, self._unit, self.catalogue, self._service, self._generation, once)

    def ping(self) -> None:
        """Raise where the server does not answer."""
        self.database.client.admin.command("ping")

    def prepare(self) -> None:
        """Create every collection and index; harmless when they exist, and an index with other options is made anew."""
        existing = set(self.database.list_collection_names())
        for documents in self.catalogue.documents:
            # A transaction cannot create the collection it writes to on every server, so they exist beforehand.
            if documents.collection not in existing:
                self.database.create_collection(documents.collection)
            for entry in documents.indexes:
                options: dict[str, Any] = {"unique": entry.unique}
                if entry.where is not None:
                    options["partialFilterExpression"] = _explicit(entry.where)
                if entry.expire_after is not None:
                    options["expireAfterSeconds"] = entry.expire_after
                _make_index(self.database[documents.collection], IndexModel(list(entry.fields), **options))

    def _attempt(self, work: Callable[[U], T]) -> T:
        with self.database.client.start_session() as session:
            session.start_transaction(read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority"))
            try:
                unit = self._unit(MongoSession(self.database, session), self.catalogue, self._service, self._generation)
                result = run_once(unit, self._once, lambda: work(unit))
                unit.flush()
                _commit(session)
            except OperationFailure as failure:
                if _is_conflict(failure):
                    raise Conflict(str(failure)) from failure
                raise
            finally:
                if session.in_transaction:
                    _abandon(session)
            return result


def open_store(
    settings: KitSettings, unit: Callable[[MongoSession, Catalogue, str, int], U], documents: Sequence[Documents]
) -> MongoStore[U]:
    """The store that a service's settings name; make it after the fork."""
    database = connect(settings.mongodb_uri)[settings.mongodb_database]
    return MongoStore(database, unit, Catalogue(documents), settings.service, settings.generation)


def _commit(session: ClientSession) -> None:
    """Commit, again while the answer is unclear: a commit may be repeated."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            session.commit_transaction()
        except PyMongoError as failure:
            if not failure.has_error_label("UnknownTransactionCommitResult") or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _abandon(session: ClientSession) -> None:
    try:
        session.abort_transaction()
    except PyMongoError as failure:
        # The server drops an abandoned transaction by itself; what matters is the error that led here.
        log.warning("transaction-not-aborted", error=type(failure).__name__)


def _make_index(collection: Collection[Document], wanted: IndexModel) -> None:
    try:
        collection.create_indexes([wanted])
    except OperationFailure as failure:
        if failure.code not in _INDEX_WITH_OTHER_OPTIONS:
            raise
        collection.drop_index(wanted.document["name"])
        collection.create_indexes([wanted])


def _explicit(where: Where) -> dict[str, Any]:
    """The condition with each bare value as `$eq`: a server may take any operator to imply a bare None."""
    return {name: said if isinstance(said, Mapping) else {"$eq": said} for name, said in where.items()}


def _one_below(document: Document) -> Document:
    return {"_id": document["_id"], "version": document["version"] - 1}


def _is_conflict(failure: OperationFailure) -> bool:
    return failure.has_error_label("TransientTransactionError") or failure.code == _WRITE_CONFLICT


def _duplicate_or_conflict(error: OperationFailure) -> Exception:
    codes = {entry.get("code") for entry in (error.details or {}).get("writeErrors", [])} | {error.code}
    if _DUPLICATE_KEY in codes:
        return Duplicate(str(error))
    if _WRITE_CONFLICT in codes or _is_conflict(error):
        return Conflict(str(error))
    return error


def _unavailable(failure: PyMongoError) -> StoreUnavailable:
    log.warning("store-unavailable", error=type(failure).__name__)
    return StoreUnavailable("The database did not answer. Repeat the request with the same Idempotency-Key.")
