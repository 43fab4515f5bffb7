"""What a batch of events asks of the store: as many questions as for one event, where its handler foresees."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from unittest.mock import patch

from contracts import Envelope
from servicekit.clock import Clock
from servicekit.handling import Handler
from servicekit.store import Document, JoinedStore
from servicekit.testing.store import MemorySession, MemoryStore


def asked_together(store: MemoryStore[Any], clock: Clock, handler: Handler, envelopes: Sequence[Envelope]) -> list[str]:
    """Let one handler take these events in one transaction, as the consumer does; the collection of each question."""
    asked: list[str] = []

    def noted(ask: Callable[..., list[Document]]) -> Callable[..., list[Document]]:
        @wraps(ask)
        def note(session: MemorySession, collection: str, *details: Any) -> list[Document]:
            asked.append(collection)
            return ask(session, collection, *details)

        return note

    def apply(unit: Any) -> None:
        if handler.foresee is not None:
            handler.foresee(unit, envelopes)
        for envelope in envelopes:
            handler(JoinedStore(unit), clock, envelope)

    with (
        patch.object(MemorySession, "load", noted(MemorySession.load)),
        patch.object(MemorySession, "query", noted(MemorySession.query)),
    ):
        store.atomically(apply)
    return asked
