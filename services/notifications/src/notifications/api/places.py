"""Cursors of lists that are ordered by creation."""

from datetime import datetime
from typing import Any

from notifications.ports import Place
from servicekit import web
from servicekit.refusals import InvalidInput


def given() -> Place | None:
    """Where the caller wants to go on.

    Raises:
        InvalidInput: the cursor is not one of such a list.
    """
    position = web.cursor()
    if position is None:
        return None
    if "created_at" not in position:
        raise InvalidInput("The cursor belongs to another list. Use `next` of this list's page before.")
    return datetime.fromisoformat(position["created_at"]), str(position["id"])


def following(place: Place | None) -> dict[str, Any] | None:
    """The position that the next page begins after."""
    return {"created_at": place[0].isoformat(), "id": place[1]} if place else None
