"""The replica set that transactions need: initiated by `init` where it is not, required by everything else."""

import contextlib
import time
from collections.abc import Iterator

from pymongo import MongoClient
from pymongo.errors import ConfigurationError, ConnectionFailure, InvalidURI, OperationFailure
from pymongo.uri_parser import parse_uri

from servicekit.mongo import require_replica_set
from servicekit.store import Document

SET_NAME = "rs0"
_ANSWER_SECONDS = 30.0
_CHECK_MILLISECONDS = 3000
_NOT_YET_INITIALIZED = 94
_ALREADY_INITIALIZED = 23


class StoreUnreachable(Exception):
    """The MongoDB server did not answer, or its address cannot be read."""


@contextlib.contextmanager
def answering_store() -> Iterator[None]:
    """Turn a server that is away into one line.

    Raises:
        StoreUnreachable: naming the setting and the reason.
    """
    try:
        yield
    except (ConnectionFailure, InvalidURI, ConfigurationError) as failure:
        reason = f"{type(failure).__name__}: {str(failure)[:160]}"
        raise StoreUnreachable(f"MONGODB_URI: the server did not answer ({reason})") from failure


def check_server(uri: str) -> None:
    """Refuse, before anything starts, a server that does not answer or has no transactions.

    Raises:
        StoreUnreachable: nobody answered.
        NotAReplicaSet: it is a standalone server.
    """
    with (
        answering_store(),
        MongoClient[Document](uri, serverSelectionTimeoutMS=_CHECK_MILLISECONDS, appname="check") as client,
    ):
        require_replica_set(client)


def initiate_replica_set(uri: str, name: str = SET_NAME) -> None:
    """Make the server a set of one member, unless it already belongs to a set, and wait until it takes writes.

    It connects directly, since a client that asks for the set by name cannot connect before there is one.
    """
    with answering_store():
        host, port = parse_uri(uri)["nodelist"][0]
        with _direct(uri) as client:
            if "setName" not in _hello(client):
                _initiate(client, name, f"{host}:{port}")
            _await_primary(client)


def _direct(uri: str) -> MongoClient[Document]:
    return MongoClient(uri, directConnection=True, replicaSet=None, serverSelectionTimeoutMS=1000, appname="init")


def _hello(client: MongoClient[Document]) -> Document:
    """What the server says of itself; it may still be starting."""
    deadline = time.monotonic() + _ANSWER_SECONDS
    while True:
        try:
            return client.admin.command("hello")
        except ConnectionFailure:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _initiate(client: MongoClient[Document], name: str, member: str) -> None:
    try:
        client.admin.command("replSetInitiate", {"_id": name, "members": [{"_id": 0, "host": member}]})
    except OperationFailure as failure:
        # Another service's `init` was faster; a server started without --replSet is refused by `require_replica_set`.
        if failure.code == _ALREADY_INITIALIZED:
            return
        require_replica_set(client)
        raise


def _await_primary(client: MongoClient[Document]) -> None:
    deadline = time.monotonic() + _ANSWER_SECONDS
    while not (hello := _hello(client)).get("isWritablePrimary"):
        if time.monotonic() > deadline or not (hello.get("setName") or hello.get("isreplicaset")):
            require_replica_set(client)
            return
        time.sleep(0.2)
