"""The real web process of matching, with keys that this run signs its tokens with, and a client that keeps its line."""

import http.client
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.recommendations.company import PROGRAM
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from mentormesh.stack import ports
from servicekit.testing.web import AUDIENCE, ISSUER, Issuer

START_SECONDS = 120.0


class Client:
    """Asks over one connection, as the portal does."""

    def __init__(self, bind: str, issuer: Issuer) -> None:
        self._bind = bind
        self._issuer = issuer
        self._line = http.client.HTTPConnection(bind, timeout=120)

    def recommendations(self, mentee_id: str, limit: int = 10) -> tuple[float, dict[str, Any]]:
        """Seconds that an answer took, and the answer."""
        headers = self._issuer.bearer(mentee_id)
        began = time.perf_counter()
        try:
            body = self._ask(f"/v1/programs/{PROGRAM}/recommendations?limit={limit}", headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            # The server closes a line that was idle; that is no part of an answer's time.
            self._line.close()
            began = time.perf_counter()
            body = self._ask(f"/v1/programs/{PROGRAM}/recommendations?limit={limit}", headers)
        return time.perf_counter() - began, body

    def _ask(self, path: str, headers: dict[str, str]) -> dict[str, Any]:
        self._line.request("GET", path, headers=headers)
        answer = self._line.getresponse()
        body: dict[str, Any] = json.loads(answer.read())
        if answer.status != 200:
            raise SystemExit(f"GET {path}: {answer.status} {body}")
        return body


@contextmanager
def serving(
    mongodb: str, database: str, log: Path, given: Mapping[str, str] | None = None
) -> Iterator[tuple[str, Issuer, dict[str, str]]]:
    """Where the process answers, who signs its tokens, and its environment, of which `given` is a part.

    One web process, as an installation's default is. Unless `given` names one, there is no broker.
    """
    issuer = Issuer()

    @Request.application
    def keys(request: Request) -> Response:
        return Response(json.dumps(issuer.key_set("").as_dict(private=False)), mimetype="application/json")

    server = make_server("127.0.0.1", 0, keys, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    bind = f"127.0.0.1:{ports.free()}"
    environment = {
        **os.environ,
        "MONGODB_URI": mongodb,
        "MONGODB_DATABASE": database,
        "KAFKA_BOOTSTRAP": "127.0.0.1:9",
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_AUDIENCE": AUDIENCE,
        "JWKS_URL": f"http://127.0.0.1:{server.server_port}/jwks.json",
        "CURSOR_SECRET": secrets.token_hex(32),
        "BIND": bind,
        "METRICS_BIND": "127.0.0.1:0",
        "LOG_LEVEL": "warning",
        **(given or {}),
    }
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "matching", "serve"], env=environment, stdout=lines, stderr=subprocess.STDOUT
        )
    try:
        _until_ready(bind, process, log)
        yield bind, issuer, environment
    finally:
        process.terminate()
        process.wait(30)
        server.shutdown()
        server.server_close()


def _until_ready(bind: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(log.read_text())
        line = http.client.HTTPConnection(bind, timeout=5)
        try:
            line.request("GET", "/readyz")
            if line.getresponse().status == 200:
                return
        except OSError:
            pass  # not listening yet
        finally:
            line.close()
        time.sleep(0.1)
    raise SystemExit("matching did not become ready:\n" + log.read_text())
