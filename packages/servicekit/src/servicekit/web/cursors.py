"""Opaque, signed cursors for keyset pagination."""

from collections.abc import Mapping
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from servicekit.refusals import InvalidInput


class Cursors:
    """Writes and reads cursors; what a client cannot have been given for this list is refused."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def write(self, listing: str, position: Mapping[str, Any]) -> str:
        """A cursor that continues `listing` after `position` (JSON values)."""
        return str(self._serializer(listing).dumps(dict(position)))

    def read(self, listing: str, cursor: str) -> dict[str, Any]:
        """The position in `listing` that a cursor stands for.

        Raises:
            InvalidInput: it was not written here, or for another list.
        """
        try:
            position: dict[str, Any] = self._serializer(listing).loads(cursor)
        except BadSignature as failure:
            raise InvalidInput(
                "The cursor is not one of this list's. Use `next` of the page before, or leave it out."
            ) from failure
        return position

    def _serializer(self, listing: str) -> URLSafeSerializer:
        # A view reads the position as its own list wrote it, so the cursor of any other list must not pass.
        return URLSafeSerializer(self._secret, salt=f"cursor {listing}")
