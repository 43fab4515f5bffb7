"""Waking the relay early: a change stream on the outbox says that there is something; polling stays the truth."""

import threading
from typing import Any

import structlog
from pymongo.database import Database
from pymongo.errors import PyMongoError

from servicekit.store import Document

_RETRY_SECONDS = 5.0

log = structlog.get_logger()


class OutboxWakeup:
    """Sets `woken` at an insert into the outbox; when the stream fails, nothing is lost but earliness."""

    def __init__(self, database: Database[Document], woken: threading.Event, stopping: threading.Event) -> None:
        self._database = database
        self._woken = woken
        self._stopping = stopping
        self._watching = False

    @property
    def is_watching(self) -> bool:
        """Whether inserts are noticed now, so that polling may take its time."""
        return self._watching

    def run(self) -> None:
        """Watch until told to stop."""
        while not self._stopping.is_set():
            try:
                self._watch()
            except PyMongoError as failure:
                self._watching = False
                log.warning("outbox-stream-broke", error=type(failure).__name__)
                self._stopping.wait(_RETRY_SECONDS)

    def _watch(self) -> None:
        pipeline: list[dict[str, Any]] = [{"$match": {"operationType": "insert"}}, {"$project": {"_id": 1}}]
        with self._database["outbox"].watch(pipeline, max_await_time_ms=1000) as stream:
            self._watching = True
            while not self._stopping.is_set():
                # Nothing is gathered here: while the relay is at work, whatever else comes in is its next batch.
                if stream.try_next() is not None:
                    self._woken.set()
