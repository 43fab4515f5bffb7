"""One stage for all tests of bad input: what they send must change nothing on it."""

from typing import Any

import pytest
from staged import Stage, set_the_stage


@pytest.fixture(scope="package")
def stage(platform: dict[str, Any]) -> Stage:
    """Ana is mentored by Ben in Cara's program; Eve has no part in it."""
    return set_the_stage(platform)
