"""The order of the tests that need the whole."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: one that begins last keeps one core busy and lets the others wait."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
