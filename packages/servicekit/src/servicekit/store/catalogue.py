"""Which class is kept in which collection, and how an entity turns into a document and back."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar, cast

import msgspec

from servicekit.audit import AUDIT, AUDIT_HEAD
from servicekit.documents import OUTBOX, REPLIES, Documents
from servicekit.entity import Entity
from servicekit.ledger import WORKER_DOCUMENTS
from servicekit.store.session import Document

E = TypeVar("E", bound=Entity)


class Catalogue:
    """Which class is kept where, and how it turns into a document and back."""

    def __init__(self, documents: Iterable[Documents]) -> None:
        self.documents = (OUTBOX, REPLIES, AUDIT, AUDIT_HEAD, *WORKER_DOCUMENTS, *documents)
        self._names = {entry.kind: entry.collection for entry in self.documents}
        for kind in self._names:
            # Looked at here, by one thread: see docs/decisions/0008-msgspec-for-shapes.md.
            msgspec.json.Decoder(kind)

    def collection(self, kind: type[Entity]) -> str:
        """The collection's name; a class that nobody registered is a programming error."""
        return self._names[kind]

    @staticmethod
    def document(entity: Entity) -> Document:
        """An entity as MongoDB keeps it: `_id` for `id`, moments as dates, everything else as JSON has it."""
        document = cast(Document, msgspec.to_builtins(entity, builtin_types=(datetime,)))
        document["_id"] = document.pop("id")
        return document

    @staticmethod
    def entity(kind: type[E], document: Document) -> E:
        """The entity of a document; unknown keys are ignored, so that the release before can still read."""
        return msgspec.convert({**document, "id": document["_id"]}, kind, builtin_types=(datetime,))
