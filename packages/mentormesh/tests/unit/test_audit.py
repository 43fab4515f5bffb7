"""`mentormesh audit` over a log in memory: proven, exported, and sent to a receiver of syslog."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner, Result

from mentormesh import audit as commands
from mentormesh.__main__ import main
from servicekit.audit import AuditRow, audited
from servicekit.caller import Caller
from servicekit.sealing import seal_rows
from servicekit.store import Catalogue, Unit
from servicekit.testing import FrozenClock, MemoryStore

ROWS = 3
Store = MemoryStore[Unit]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    store, clock = MemoryStore(Unit, Catalogue(()), "profiles"), FrozenClock()
    for number in range(ROWS):
        row = audited(Caller.person("prs_ana"), "person.read", f"prs_{number}", clock.now(), "refused", "forbidden")
        store.atomically(lambda unit, row=row: unit.save(row))  # type: ignore[misc]
    seal_rows(store, clock)
    monkeypatch.setattr(commands, "store_of", lambda *_: store)
    return store


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["audit", *words, "--service", "profiles"])


def test_a_log_as_it_was_written_is_proven_and_a_changed_one_ends_with_1(store: Store) -> None:
    told = run("verify")
    assert told.exit_code == 0, told.output
    seal = re.search(r"Newest: (\d+:[0-9a-f]{64})", told.output)
    assert seal
    assert run("verify", "--noted", seal[1]).exit_code == 0
    store.atomically(lambda unit: unit.amend(AuditRow, {"subject": "prs_1"}, {"actor": "prs_ben"}))
    told = run("verify")
    assert (told.exit_code, "NOT as it was written" in told.output) == (1, True)
    told = run("verify", "--json")
    assert (told.exit_code, json.loads(told.output)["holds"]) == (1, False)


def test_an_export_is_a_document_a_line_and_goes_on_behind_a_number(store: Store) -> None:
    rows = [json.loads(line) for line in run("export").output.splitlines()]
    assert [(row["number"], row["subject"]) for row in rows] == [(1, "prs_0"), (2, "prs_1"), (3, "prs_2")]
    assert rows[0]["codes"] == ["refused", "forbidden"]
    assert [json.loads(line)["number"] for line in run("export", "--after", "2").output.splitlines()] == [3]


def test_a_receiver_of_syslog_gets_each_row_with_its_length(store: Store) -> None:
    with receiving() as (port, received):
        told = run("export", "--syslog", "--to", f"127.0.0.1:{port}")
        assert told.exit_code == 0, told.output
    assert f"{ROWS} rows of profiles were sent" in told.output
    rest, messages = bytes(received), []
    while rest:
        length, _, rest = rest.partition(b" ")
        messages.append(rest[: int(length)].decode())
        rest = rest[int(length) :]
    assert len(messages) == ROWS
    assert all(one.startswith("<109>1 ") and 'codes="refused,forbidden"' in one for one in messages)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "127.0.0.1:1"), "add --syslog"),
        (("--syslog", "--to", "nowhere"), "write host:port"),
        (("--syslog", "--to", "127.0.0.1:1"), "0 rows were sent"),
    ],
)
def test_a_receiver_that_is_none_is_said_in_a_line(store: Store, words: tuple[str, ...], said: str) -> None:
    told = run("export", *words)
    assert told.exit_code == 1
    assert said in told.output


@contextmanager
def receiving() -> Iterator[tuple[int, bytearray]]:
    """A receiver's port, and what it has received once this is left."""
    received = bytearray()

    def take() -> None:
        connection, _ = listener.accept()
        with connection:
            while some := connection.recv(4096):
                received.extend(some)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        thread = threading.Thread(target=take)
        thread.start()
        yield listener.getsockname()[1], received
        thread.join()
