"""What several of the people admins' pages ask of the directory."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from portal.pages import calls

# As many ids as the directory takes in one question.
_AT_ONCE = 100


def records(ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The people with these ids, also those who left or are to be forgotten; whoever is no person is left out."""
    wanted = sorted({id for id in ids if id.startswith("prs_")})
    asks = [
        partial(calls.get, "profiles", "/v1/directory", id=wanted[start : start + _AT_ONCE], limit=_AT_ONCE)
        for start in range(0, len(wanted), _AT_ONCE)
    ]
    pages = calls.together(*(partial(calls.part, "profiles", ask, {"items": []}) for ask in asks))
    return {one["id"]: one for page in pages for one in page["items"]}


def as_version(version: str) -> str | None:
    """The ETag that a form carried; None where it had none."""
    return version or None
