"""Commands find the stack that they are told of, and names below .localhost lead to this machine."""

import json
from pathlib import Path

import pytest

from mentormesh.stack.failures import NoStack, StackFailure
from mentormesh.stack.identity import dial
from mentormesh.stack.running import running_stack
from mentormesh.tokens import sign_in_of

COMPOSED = {
    "identity": "http://identity.localhost:9400",
    "services": {"profiles": "http://127.0.0.1:8081"},
    "client_secret": "told",
}


@pytest.fixture
def described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "description.json"
    path.write_text(json.dumps(COMPOSED))
    monkeypatch.setenv("MENTORMESH_STACK", str(path))
    monkeypatch.setenv("MENTORMESH_LOCAL", str(tmp_path / "local"))
    return path


def test_a_described_stack_gives_its_own_secret(described: Path) -> None:
    assert sign_in_of(None).client_secret == "told"
    assert not (described.parent / "local").exists()


def test_a_named_root_comes_before_the_described_stack(described: Path, tmp_path: Path) -> None:
    with pytest.raises(NoStack):
        running_stack(str(tmp_path / "elsewhere"))


def test_a_description_that_cannot_be_read_is_named(described: Path) -> None:
    described.write_text("{")
    with pytest.raises(StackFailure, match=r"description\.json"):
        running_stack(None)


def test_a_name_below_localhost_is_this_machine_and_keeps_its_name() -> None:
    assert dial("http://identity.localhost:9400/jwks?a=b") == (
        "http://127.0.0.1:9400/jwks?a=b",
        {"Host": "identity.localhost:9400"},
    )


def test_other_names_are_left_alone() -> None:
    assert dial("https://identity.example/jwks") == ("https://identity.example/jwks", {})
