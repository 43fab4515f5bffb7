"""An event that nobody can read is listed, refused again with its reason, and given up, by the command line."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from kafka import KafkaProducer

from mentormesh.__main__ import main

pytestmark = pytest.mark.stack

SERVICE = "notifications"
TOPIC = "mentormesh.matching.run"
Command = Callable[..., tuple[int, Any]]


@pytest.fixture
def events(platform: dict[str, Any]) -> Command:
    """`mentormesh events WORD --service notifications --json ...` on the platform: its exit code and its document."""

    def run(word: str, *options: str) -> tuple[int, Any]:
        environment = {"MONGODB_URI": platform["mongodb"]}
        words = ["events", word, "--service", SERVICE, "--json", *options]
        told = CliRunner(env=environment).invoke(main, words)
        return told.exit_code, json.loads(told.stdout) if told.stdout.startswith("[") else told.output

    return run


def publish(platform: dict[str, Any], key: str, *values: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=platform["kafka"], acks="all")
    for value in values:
        producer.send(TOPIC, value, key=key.encode()).get(10)
    producer.close()


def parked(events: Command, key: str, count: int) -> dict[str, Any]:
    """The line of `key` once it holds `count` events."""
    deadline = time.monotonic() + 60
    while True:
        code, rows = events("parked")
        assert code == 0, rows
        found = [row for row in rows if row["key"] == key and row["events"] == count]
        if found:
            return dict(found[0])
        assert time.monotonic() < deadline, f"{key} was not parked: {rows}"
        time.sleep(0.3)


def test_what_nobody_can_read_is_listed_tried_again_and_given_up(
    platform: dict[str, Any], events: Command, own_name: str
) -> None:
    publish(platform, own_name, b"{ not json", b"{ nor this")
    line = parked(events, own_name, 2)
    assert line["topic"] == TOPIC
    assert line["reason"]

    code, left = events("release", "--key", own_name)
    assert code == 1
    assert [(row["key"], row["events"], row["releasing"]) for row in left] == [(own_name, 2, False)]

    code, dropped = events("drop", "--key", own_name, "--yes")
    assert (code, [row["offset"] for row in dropped]) == (0, [line["offset"]])
    # The second comes first now, and fails for the same reason.
    assert parked(events, own_name, 1)["offset"] > line["offset"]

    code, dropped = events("drop", "--key", own_name, "--all", "--yes")
    assert (code, len(dropped)) == (0, 1)
    code, told = events("parked", "--key", own_name)
    assert code == 1
    assert "Nothing is parked under the key" in told


def test_a_database_that_no_service_has_is_not_taken_for_an_empty_one(events: Command, own_name: str) -> None:
    code, told = events("parked", "--database", own_name)
    assert code == 1
    assert f"has no database {own_name} of a service" in told
