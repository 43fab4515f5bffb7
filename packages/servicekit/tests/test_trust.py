"""Keys of the issuer: fetched, kept, refreshed for a key that is new, never lost to an outage."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from servicekit.refusals import Unauthenticated
from servicekit.testing.web import AUDIENCE, ISSUER, Issuer
from servicekit.tokens import IssuerUnreachable, Jwks, RemoteKeys, Verifier


class Door:
    """An issuer's key address that can be opened, changed and closed."""

    def __init__(self) -> None:
        self.jwks: Any = {"keys": []}
        self.asked = 0
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                door.asked += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(door.jwks).encode())

            def log_message(self, format: str, *args: Any) -> None:
                """Be quiet."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/jwks"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def show(self, *issuers: Issuer) -> None:
        self.jwks = {"keys": [issuer.key.as_dict(private=False) for issuer in issuers]}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.close()


def trusting(keys: RemoteKeys) -> Verifier:
    return Verifier(ISSUER, AUDIENCE, keys)


def test_keys_are_fetched_once_and_then_held(door: Door) -> None:
    issuer = Issuer()
    door.show(issuer)
    verifier = trusting(RemoteKeys(door.url))
    for _ in range(3):
        assert verifier.caller(issuer.token("prs_ana")).id == "prs_ana"
    assert door.asked == 1


def test_a_restart_while_the_issuer_is_away_still_serves() -> None:
    issuer, kept = Issuer(), dict[str, Jwks]()
    door = Door()
    door.show(issuer)
    trusting(RemoteKeys(door.url, lambda: kept.get("jwks"), lambda jwks: kept.update(jwks=jwks))).caller(
        issuer.token("prs_ana")
    )
    door.close()
    restarted = trusting(RemoteKeys(door.url, lambda: kept.get("jwks"), lambda jwks: kept.update(jwks=jwks)))
    assert restarted.caller(issuer.token("prs_ana")).id == "prs_ana"


def test_without_any_key_the_answer_is_to_try_again() -> None:
    door = Door()
    door.close()
    with pytest.raises(IssuerUnreachable):
        trusting(RemoteKeys(door.url)).caller(Issuer().token("prs_ana"))


def test_tokens_of_a_stranger_do_not_make_us_ask_the_issuer_each_time(door: Door) -> None:
    issuer = Issuer()
    door.show(issuer)
    verifier = trusting(RemoteKeys(door.url))
    verifier.caller(issuer.token("prs_ana"))
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            verifier.caller(Issuer().token("prs_eve"))
    assert door.asked == 1
