"""A part that is away costs everybody little: one waits for it, the others take that answer."""

import time

import pytest

from servicekit.mongo import connect
from servicekit.tokens import IssuerUnreachable, RemoteKeys


def test_who_waited_for_a_vain_try_takes_its_answer() -> None:
    tries: list[str] = []
    keys = RemoteKeys("http://127.0.0.1:1/jwks", recall=lambda: tries.append("recall"))
    for _ in range(8):
        with pytest.raises(IssuerUnreachable, match="Try again"):
            keys.key_set("k")
    assert tries == ["recall"]


def test_a_vain_try_is_forgotten_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []
    keys = RemoteKeys("http://127.0.0.1:1/jwks", recall=lambda: tries.append("recall"))
    now = time.monotonic()
    for later in (0.0, 0.5, 2.0):
        monkeypatch.setattr("servicekit.tokens.time.monotonic", lambda later=later: now + later)
        with pytest.raises(IssuerUnreachable):
            keys.key_set("k")
    assert tries == ["recall", "recall"]


def test_a_database_that_is_away_is_given_up_after_the_choice_of_a_server() -> None:
    with connect("mongodb://127.0.0.1:1") as client:
        assert client.options.server_selection_timeout == 3
        assert client.options.timeout is None
