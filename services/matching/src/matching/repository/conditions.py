"""Conditions that many questions share."""

from servicekit.store import Where


def given(**conditions: str | None) -> dict[str, object]:
    """The conditions that were given."""
    return {name: value for name, value in conditions.items() if value is not None}


def behind(where: Where, after: str | None) -> Where:
    """The condition, for what comes after the last id of a page."""
    return where if after is None else {**where, "_id": {"$gt": after}}
