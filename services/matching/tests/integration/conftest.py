"""What a real process of matching is told by its environment."""

import os
import secrets
import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from mentormesh.stack import ports
from mentormesh.testing import Backing
from servicekit.testing.web import AUDIENCE, ISSUER, Issuer

from .trips import RoundTrips


@pytest.fixture
def issuer() -> Iterator[tuple[Issuer, str]]:
    """An issuer of tokens and the address of its keys."""
    made = Issuer()

    @Request.application
    def answer(request: Request) -> Response:
        return Response(str(made.key_set("").as_dict(private=False)).replace("'", '"'), mimetype="application/json")

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made, f"http://127.0.0.1:{server.server_port}/jwks.json"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def trips() -> RoundTrips:
    return RoundTrips()


@pytest.fixture
def environment(stack_backing: Backing, own_name: str, issuer: tuple[Issuer, str]) -> dict[str, str]:
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "MONGODB_URI": stack_backing.mongodb,
        "MONGODB_DATABASE": own_name,
        "KAFKA_BOOTSTRAP": stack_backing.kafka,
        "TOPIC_PREFIX": own_name,
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_AUDIENCE": AUDIENCE,
        "JWKS_URL": issuer[1],
        "CURSOR_SECRET": secrets.token_hex(32),
        "BIND": f"127.0.0.1:{ports.free()}",
        "METRICS_BIND": "127.0.0.1:0",
    }
