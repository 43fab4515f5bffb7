"""A server without transactions is refused before anything starts, in one line that names it."""

from typing import Any

import pytest
from pymongo import MongoClient

from servicekit import replicaset
from servicekit.mongo import NotAReplicaSet, require_replica_set
from servicekit.process import main


class Server:
    """A client whose server says `hello` so."""

    nodes = frozenset({("db.example", 27017)})

    def __init__(self, **hello: Any) -> None:
        self._hello = {"ok": 1, "isWritablePrimary": True, **hello}

    @property
    def admin(self) -> "Server":
        return self

    def command(self, name: str) -> dict[str, Any]:
        assert name == "hello"
        return self._hello

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""


def standalone() -> MongoClient[dict[str, Any]]:
    return Server()  # type: ignore[return-value]


def test_a_member_of_a_replica_set_is_accepted() -> None:
    assert require_replica_set(Server(setName="rs0")) is None  # type: ignore[arg-type, func-returns-value]


def test_a_standalone_server_is_refused_by_its_name_and_says_what_to_do() -> None:
    with pytest.raises(NotAReplicaSet, match=r"db\.example:27017 is not part of a replica set.*--replSet rs0"):
        require_replica_set(standalone())


@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_process_on_a_standalone_server_ends_with_one_line_and_code_2(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(replicaset, "MongoClient", {dict[str, Any]: lambda *_, **__: standalone()})

    class Settings:
        mongodb_uri = "mongodb://db.example:27017"
        log_level = "info"

    def never(*_: Any) -> Any:
        raise AssertionError("it went on")

    with pytest.raises(SystemExit) as ended:
        main(service="matching", settings=Settings, app=never, worker=never, initialise=never, arguments=[command])
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("matching: MONGODB_URI: the server db.example:27017 is not part of a replica set")
