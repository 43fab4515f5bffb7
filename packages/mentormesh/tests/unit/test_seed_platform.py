"""Seeding asks again where a service is silent, and gives up in words."""

from typing import Any, cast

import pytest
import requests

from mentormesh.seed import platform
from mentormesh.seed.platform import Platform
from mentormesh.stack.failures import StackFailure
from mentormesh.tokens import SignIn


class SilentAtFirst(requests.Session):
    """Answers nothing to the first `silences` calls."""

    def __init__(self, silences: int) -> None:
        super().__init__()
        self.silences = silences

    def request(self, *_: Any, **__: Any) -> requests.Response:
        if self.silences:
            self.silences -= 1
            raise requests.ReadTimeout("nothing came")
        reply = requests.Response()
        reply.status_code, reply._content = 200, b'{"id": "prs_1"}'
        return reply


class KnowsEverybody:
    """Signs anybody in."""

    def token(self, _email: str, _session: requests.Session) -> dict[str, Any]:
        return {"access_token": "t", "expires_in": 300}


def calling(silences: int) -> Platform:
    made = Platform({"profiles": "http://profiles"}, cast(SignIn, KnowsEverybody()))
    made._own.http = SilentAtFirst(silences)
    return made


def test_a_call_with_a_key_is_repeated_when_no_answer_came() -> None:
    assert calling(2).send("ana", "POST", "profiles", "/v1/people", {}, key="k") == {"id": "prs_1"}


def test_a_call_without_a_key_is_not_repeated_and_what_to_do_is_said() -> None:
    with pytest.raises(StackFailure, match=r"profiles at http://profiles did not answer in time.*goes on where this"):
        calling(1).send("ana", "PUT", "profiles", "/v1/people/prs_1/profile", {}, etag='"1"')


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "PATIENCE_SECONDS", -1.0)
    with pytest.raises(StackFailure, match="did not answer in time"):
        calling(9).send("ana", "POST", "profiles", "/v1/people", {}, key="k")
