"""Opaque, sortable identifiers with a prefix that says what they name."""

from ulid import ULID


def new_id(prefix: str) -> str:
    """A fresh id such as `req_01JH…`: sortable by creation time, unique without asking anybody."""
    return f"{prefix}_{ULID()}"
