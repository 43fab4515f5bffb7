"""Opaque, signed cursors for keyset pagination."""

from collections.abc import Mapping
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from servicekit.refusals import InvalidInput

_FOREIGN = "The cursor is not one of ours. Use `next` of the page before, or leave it out."


class Cursors:
    """Writes and reads cursors; what a client cannot have been given is refused."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeSerializer(secret, salt="cursor")

    def write(self, position: Mapping[str, Any]) -> str:
        """A cursor that continues after `position` (JSON values)."""
        return str(self._serializer.dumps(dict(position)))

    def read(self, cursor: str) -> dict[str, Any]:
        """The position a cursor stands for.

        Raises:
            InvalidInput: it was not written here.
        """
        try:
            position = self._serializer.loads(cursor)
        except BadSignature as failure:
            raise InvalidInput(
                "The cursor is not one of ours. Use `next` of the page before, or leave it out."
            ) from failure
        if not isinstance(position, dict):
            raise InvalidInput(_FOREIGN)
        return position
