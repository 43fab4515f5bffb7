"""The command line: what it imports at start, and how it refuses."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mentormesh.__main__ import COMMANDS, main
from mentormesh.audit import syslog_lines

HEAVY = ("flask", "pymongo", "kafka", "psutil", "requests", "numpy", "ortools", "contracts", "servicekit")


def test_help_imports_nothing_heavy() -> None:
    words = (
        "import sys, mentormesh.__main__ as ours; ours.main(['--help'], standalone_mode=False); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[-1] == "[]"


def test_help_names_every_command() -> None:
    told = CliRunner().invoke(main, ["--help"]).output
    assert all(f"  {name}" in told for name in COMMANDS)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("match", "events", "people", "audit")])
def test_every_command_of_the_platform_speaks_json(name: str) -> None:
    assert "--json" in CliRunner().invoke(main, [name, "--help"]).output


@pytest.mark.parametrize(
    "words", [["people", "export"], ["people", "import"], ["audit", "verify"], ["audit", "export"]]
)
def test_what_a_group_of_commands_tells_is_json_too(words: list[str]) -> None:
    assert "--json" in CliRunner().invoke(main, [*words, "--help"]).output


def test_a_seal_that_is_none_is_refused_with_an_example(tmp_path: Path) -> None:
    words = ["audit", "verify", "--service", "profiles", "--root", str(tmp_path), "--noted", "12"]
    told = CliRunner(env={"MONGODB_URI": "mongodb://127.0.0.1:1"}).invoke(main, words)
    assert told.exit_code == 1
    assert "12:9f86d0" in told.output


def test_a_row_as_syslog_escapes_what_would_end_its_field() -> None:
    row = {
        "id": "aud_1",
        "at": "2027-01-11T09:00:00.000Z",
        "actor": 'a"b]',
        "action": "x",
        "subject": "",
        "codes": ["c"],
    }
    (line,) = syslog_lines("profiles", iter([row]))
    assert line.startswith("<109>1 2027-01-11T09:00:00.000Z ")
    assert 'actor="a\\"b\\]"' in line
    assert 'codes="c"' in line


@pytest.mark.parametrize("words", [["token", "--as", "a@b"], ["seed"], ["events", "tail"]])
def test_a_command_without_a_stack_says_how_to_start_one(words: list[str], tmp_path: Path) -> None:
    told = CliRunner(env={"MENTORMESH_LOCAL": str(tmp_path), "KAFKA_BOOTSTRAP": None}).invoke(main, words)
    assert told.exit_code == 1
    assert "Start it with `mentormesh up`" in told.output


def test_an_unknown_part_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["up", "--root", str(tmp_path), "--only", "backing,typo"])
    assert told.exit_code == 2
    assert "no part is called 'typo'" in told.output


def test_rights_let_no_service_write_anothers_topic() -> None:
    told = json.loads(CliRunner().invoke(main, ["acl", "--print", "--json"]).output)
    writers = {(row["name"], row["principal"]) for row in told["rights"] if row["operation"] == "WRITE"}
    for name, principal in writers:
        assert name.startswith(f"mentormesh.{principal.removeprefix('User:')}")


def test_an_installations_prefix_replaces_ours_everywhere() -> None:
    told = json.loads(CliRunner().invoke(main, ["topics", "--print", "--json", "--prefix", "acme"]).output)
    assert {row["name"].split(".")[0] for row in told} == {"acme"}
    assert {row["partitions"] for row in told} == {12}


def test_access_lists_speak_the_words_of_kafkas_own_tool() -> None:
    told = CliRunner().invoke(main, ["acl", "--print"]).output
    assert "--operation DescribeConfigs " in told
    assert "DESCRIBE_CONFIGS" not in told


@pytest.mark.parametrize(
    "words",
    [
        ["events", "tail", "--idle", "-1"],
        ["events", "tail", "--idle", "0"],
        ["events", "tail", "--prefix", "a b;reboot"],
        ["events", "release", "--service", "matching", "--wait", "-1"],
        ["topics", "--prefix", ""],
        ["topics", "--prefix", "a b;reboot"],
        ["topics", "--replication-factor", "0"],
        ["acl", "--prefix", "$(reboot)"],
        ["token", "--as", ""],
        ["token", "--as", "ana"],
    ],
)
def test_a_value_that_cannot_be_is_refused_before_anything_happens(words: list[str], tmp_path: Path) -> None:
    told = CliRunner(env={"MENTORMESH_LOCAL": str(tmp_path)}).invoke(main, words)
    assert told.exit_code == 2
    assert "Error: Invalid value for" in told.output


@pytest.mark.parametrize("word", ["parked", "release", "drop"])
def test_a_document_server_that_is_away_is_told_in_words_without_its_password(word: str) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{held.getsockname()[1]}"
        words = ["events", word, "--service", "matching", "--json", *(["--key", "k"] if word == "drop" else [])]
        told = CliRunner(env={"MONGODB_URI": f"mongodb://me:hidden@{place}/"}).invoke(main, words)
    assert told.exit_code == 1
    assert told.output.startswith(f"Error: The document server at {place} does not answer")
    assert "hidden" not in told.output
