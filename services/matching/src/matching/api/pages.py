"""Where a page of a list begins, and where the next one does."""

from typing import Any

from servicekit import web


def after() -> str | None:
    """The id that the page before ended with."""
    held = web.cursor()
    return None if held is None else str(held.get("id", ""))


def position(following: str | None) -> dict[str, Any] | None:
    """What the cursor of the next page stands for."""
    return None if following is None else {"id": following}
