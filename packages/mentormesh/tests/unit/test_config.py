"""The command line's environment: read in one room, and read anew for each command."""

import re
from pathlib import Path

import pytest

import mentormesh
from mentormesh.config import Told

SOURCES = Path(mentormesh.__file__).parent


def test_nothing_but_this_room_reads_the_environment() -> None:
    for path in SOURCES.rglob("*.py"):
        lines = path.read_text().splitlines()
        # The tests' own plugin hands its folder down to its workers by a variable, which is no setting.
        reading = [line for line in lines if re.search(r"os\.environ|getenv", line) and "_SHARED" not in line]
        assert not reading or path == SOURCES / "config.py", (path, reading)


def test_what_is_not_set_is_empty_and_what_has_an_own_word_has_it() -> None:
    told = Told.from_env({})
    assert (told.root, told.kafka, told.profiles_url, told.token) == ("", "", "", "")
    assert told.kafka_image.startswith("apache/kafka:")
    assert told.docker_host == "unix:///var/run/docker.sock"
    assert told.cache == Path.home() / ".cache"


def test_the_environment_is_read_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFILES_URL", "https://people.example/")
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert Told.from_env().profiles_url == "https://people.example"
    assert Told.from_env().cache == Path("/elsewhere")
