"""What all tests of this checkout share: the backing services (see `mentormesh.testing`), and their order."""

import logging
from collections.abc import Iterator

import pytest
import structlog

pytest_plugins = ["mentormesh.testing"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: one that begins last keeps one core busy and lets the others wait."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Undo what a test that plays a process does to everybody's log lines."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)
