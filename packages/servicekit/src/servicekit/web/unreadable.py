"""What the server answers to bytes that no application gets to see: a problem document instead of gunicorn's page."""

import json
from typing import Any

import structlog
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine  # type: ignore[import-untyped]
from gunicorn.util import write_nonblock  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from servicekit.web.problems import CONTENT_TYPE, TYPE_ROOT

_TOLD = {
    400: (
        "Bad Request",
        "The request is not HTTP as this service reads it. Check its headers, length and chunks.",
    ),
    414: ("URI Too Long", "The address is longer than this service takes. Send long values in the body."),
    431: ("Request Header Fields Too Large", "The headers are more or longer than this service takes. Send fewer."),
}

log = structlog.get_logger()


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Threads, and one shape of error; what a client sent is neither answered nor logged."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer a request that could not be read (or, as gunicorn does, one that broke outside the application)."""
        if not type(exc).__module__.startswith("gunicorn.http"):
            super().handle_error(req, client, addr, exc)
            return
        log.warning("request-unreadable", error=type(exc).__name__)
        try:
            write_nonblock(client, _answer(_status(exc)))
        except OSError as failure:
            log.debug("request-unreadable-and-gone", error=type(failure).__name__)


def _status(error: BaseException) -> int:
    if isinstance(error, LimitRequestLine):
        return 414
    return 431 if isinstance(error, LimitRequestHeaders) else 400


def _answer(status: int) -> bytes:
    reason, detail = _TOLD[status]
    slug = reason.lower().replace(" ", "-")
    body = json.dumps({"type": TYPE_ROOT + slug, "title": reason, "status": status, "detail": detail}).encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: {CONTENT_TYPE}\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\n\r\n"
    )
    return head.encode() + body
