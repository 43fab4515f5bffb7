"""The collection of sessions, in memory: the few operations that the portal uses, with MongoDB's meaning."""

from types import SimpleNamespace
from typing import Any

from pymongo.errors import DuplicateKeyError

Document = dict[str, Any]


class FakeSessions:
    """Documents by id."""

    def __init__(self) -> None:
        self.held: dict[str, Document] = {}

    def find_one(self, where: Document) -> Document | None:
        """The document with this id."""
        held = self.held.get(where["_id"])
        return dict(held) if held else None

    def find(self, where: Document) -> list[Document]:
        """The documents whose fields are these."""
        return [dict(held) for held in self.held.values() if _all(held, where)]

    def insert_one(self, document: Document) -> None:
        """A new document."""
        if document["_id"] in self.held:
            raise DuplicateKeyError("there is one")
        self.held[document["_id"]] = dict(document)

    def update_one(self, where: Document, change: Document) -> SimpleNamespace:
        """Set fields of the document, if it matches."""
        held = self.held.get(where["_id"])
        matches = held is not None and _any(held, where.get("$or", [{}]))
        if held is not None and matches:
            held.update(change["$set"])
        return SimpleNamespace(matched_count=int(matches))

    def delete_one(self, where: Document) -> None:
        """Forget the document."""
        self.held.pop(where["_id"], None)


def _any(held: Document, options: list[Document]) -> bool:
    return any(_all(held, option) for option in options)


def _all(held: Document, option: Document) -> bool:
    return all(_is(held.get(name), wanted) for name, wanted in option.items())


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return value is not None and bool(value < wanted["$lt"])
    return bool(value == wanted)
