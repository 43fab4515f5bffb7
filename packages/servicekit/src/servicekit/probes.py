"""A worker's own small HTTP side: alive, ready, figures."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from servicekit import metrics
from servicekit.ledger import LeaseRow
from servicekit.refusals import Refusal
from servicekit.store import Store


def serve_probes(bind: str, store: Store[Any]) -> ThreadingHTTPServer:
    """Serve `/livez`, `/readyz` and `/metrics` on a thread; `shutdown()` ends it."""
    host, port = bind.rsplit(":", 1)

    class Probes(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/livez":
                self._answer(200, b"alive\n")
            elif self.path == "/readyz":
                ready = is_ready(store)
                self._answer(200 if ready else 503, b"ready\n" if ready else b"the database does not answer\n")
            elif self.path == "/metrics":
                self._answer(200, metrics.exposition())
            else:
                self._answer(404, b"/livez, /readyz or /metrics\n")

        def log_message(self, format: str, *args: Any) -> None:
            """Probes come every few seconds; they are no news."""

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer((host, int(port)), Probes)
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()
    return server


def is_ready(store: Store[Any]) -> bool:
    """Whether the database answers."""
    try:
        store.reading(lambda unit: unit.get(LeaseRow, "-"))
    except Refusal:
        return False
    return True
