"""Whether the process lives, whether it can serve, and its figures."""

from collections.abc import Callable

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram

from servicekit import metrics
from servicekit.caller import Caller
from servicekit.refusals import StoreUnavailable
from servicekit.web.guards import OF_THE_KIT, guarded

REQUESTS = Counter("mentormesh_http_requests", "HTTP requests answered.", ["method", "route", "status"])
SECONDS = Histogram("mentormesh_http_seconds", "Seconds to answer an HTTP request.", ["method", "route"])

log = structlog.get_logger()


def register(app: Flask, ready: Callable[[], None] | None) -> None:
    """Add `/livez`, `/readyz` and `/metrics`."""

    def livez() -> dict[str, str]:
        return {"status": "alive"}

    def readyz() -> dict[str, str]:
        if ready is not None:
            try:
                ready()
            except Exception as failure:  # whatever is wrong, the answer is the same: not now
                log.warning("not-ready", error=type(failure).__name__)
                raise StoreUnavailable("The database does not answer; ask another instance.") from failure
        return {"status": "ready"}

    def exposition() -> Response:
        return Response(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)

    for path, view in (("/livez", livez), ("/readyz", readyz), ("/metrics", exposition)):
        app.add_url_rule(path, view.__name__, guarded(view, OF_THE_KIT))


def measure(status: int, seconds: float) -> None:
    """Count the request that ends and write its one log line (ids and codes, nothing personal)."""
    route = str(request.url_rule) if request.url_rule else "unmatched"
    REQUESTS.labels(request.method, route, status).inc()
    SECONDS.labels(request.method, route).observe(seconds)
    caller: Caller | None = g.get("caller")
    if route not in ("/livez", "/readyz", "/metrics"):
        log.info(
            "request",
            method=request.method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            caller=caller.id if caller else None,
        )
