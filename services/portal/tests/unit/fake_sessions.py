"""The collection of sessions, in memory: the few operations that the portal uses, with MongoDB's meaning."""

from types import SimpleNamespace
from typing import Any

Document = dict[str, Any]


class FakeSessions:
    """Documents by id."""

    def __init__(self) -> None:
        self.held: dict[str, Document] = {}

    def find_one(self, where: Document) -> Document | None:
        """The document with this id."""
        held = self.held.get(where["_id"])
        return dict(held) if held else None

    def insert_one(self, document: Document) -> None:
        """A new document."""
        assert document["_id"] not in self.held
        self.held[document["_id"]] = dict(document)

    def update_one(self, where: Document, change: Document) -> SimpleNamespace:
        """Set fields of the document, if it matches."""
        held = self.held.get(where["_id"])
        matches = held is not None and all(_any(held, options) for options in [where.get("$or", [{}])])
        if held is not None and matches:
            held.update(change["$set"])
        return SimpleNamespace(matched_count=int(matches))

    def delete_one(self, where: Document) -> None:
        """Forget the document."""
        self.held.pop(where["_id"], None)


def _any(held: Document, options: list[Document]) -> bool:
    return any(all(_is(held.get(name), wanted) for name, wanted in option.items()) for option in options)


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return value is not None and bool(value < wanted["$lt"])
    return bool(value == wanted)
