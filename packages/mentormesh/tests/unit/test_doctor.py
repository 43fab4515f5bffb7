"""The doctor names what would stop a start, and what to do about it."""

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from mentormesh.__main__ import main
from mentormesh.stack import kafka


def findings(folder: Path) -> dict[str, dict[str, str]]:
    told = CliRunner().invoke(main, ["doctor", "--root", str(folder), "--json"])
    return {row["what"]: row for row in json.loads(told.stdout)}


def test_a_port_that_another_program_holds_is_bad_and_its_remedy_an_option(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (tmp_path / "ports.json").write_text(json.dumps({"portal": port}))
        portal = findings(tmp_path)["portal"]
    assert (portal["state"], str(port) in portal["found"]) == ("bad", True)
    assert "--port portal=" in portal["remedy"]


def test_without_java_the_broker_is_a_stand_in_that_certifies_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka.shutil, "which", lambda name: None)
    broker = findings(tmp_path)["Apache Kafka"]
    assert (broker["state"], "certifies nothing" in broker["remedy"]) == ("poor", True)
    assert "install Java" in broker["found"]
