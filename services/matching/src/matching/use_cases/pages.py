"""Cutting what was found into a page and the id after which the next one begins."""

from typing import TypeVar

from servicekit.entity import Entity

E = TypeVar("E", bound=Entity)


def cut(found: list[E], limit: int) -> tuple[list[E], str | None]:
    """Of `limit + 1` asked for, the first `limit`, and the last id of these where there is more."""
    return (found[:limit], found[limit - 1].id) if len(found) > limit else (found, None)
