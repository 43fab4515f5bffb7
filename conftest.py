"""What all tests of this checkout share: the backing services (see `mentormesh.testing`)."""

import logging
from collections.abc import Iterator

import pytest
import structlog

pytest_plugins = ["mentormesh.testing"]


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Undo what a test that plays a process does to everybody's log lines."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)
