"""Every error as one `application/problem+json` document (RFC 9457) that says what to do."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import structlog
from flask import Flask, Response, request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]  # gunicorn ships no types
from werkzeug.exceptions import HTTPException

from servicekit import origin
from servicekit.refusals import FieldError, Forbidden, Hidden, Malformed, NotFound, Refusal, Unauthenticated
from servicekit.web.auditing import note_refusal
from servicekit.web.bodies import pointer_step

TYPE_ROOT = "https://mentormesh.example/problems/"
CONTENT_TYPE = "application/problem+json"
_MOST_ERRORS = 50
# One text for what is not there and for what may not be seen, or asking would tell which ids exist.
_NOT_FOUND = "There is no such thing here, or you may not see it. Check the id."

_HINTS = {
    404: "There is nothing at this address. See /openapi.json for what there is.",
    405: "This address does not take this method. See the Allow header.",
    413: "The body is larger than this service takes.",
    414: "The address is longer than this service takes.",
    415: "Send the body as application/json.",
}

log = structlog.get_logger()


def register(app: Flask) -> None:
    """Make `app` answer every error with a problem document."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http_error)
    # The server reads a body while the application asks for it, and only then finds that its chunks are none.
    app.register_error_handler(ParseException, _unreadable)
    app.register_error_handler(Exception, _fault)


def problem(
    status: int, slug: str, title: str, detail: str, errors: tuple[FieldError, ...] = (), **headers: str
) -> Response:
    """One problem document."""
    body: dict[str, Any] = {
        "type": TYPE_ROOT + slug,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "correlation_id": origin.current().correlation_id,
    }
    if errors:
        body["errors"] = [{"pointer": error.pointer, "detail": error.detail} for error in errors]
    response = Response(json.dumps(body), status=status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def _refused(refusal: Refusal) -> Response:
    if isinstance(refusal, Forbidden | Hidden | Unauthenticated):
        note_refusal(refusal)
    headers: dict[str, str] = {}
    if refusal.retry_after is not None:
        headers["Retry_After"] = str(refusal.retry_after)
    if isinstance(refusal, Unauthenticated):
        headers["WWW_Authenticate"] = 'Bearer realm="mentormesh"'
    detail = _NOT_FOUND if isinstance(refusal, NotFound) else refusal.detail
    return problem(refusal.status, refusal.slug(), refusal.title(), detail, refusal.errors, **headers)


def _unreadable(error: ParseException) -> Response:
    log.warning("request-unreadable", error=type(error).__name__)
    return _refused(Malformed("The body is not as its headers say. Check its length or its chunks."))


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    messages = getattr(error, "data", {}).get("messages") if getattr(error, "data", None) else None
    if messages:
        return _invalid(status, messages)
    if status >= 500:
        return _fault(error)
    slug = error.name.lower().replace(" ", "-").replace("'", "")
    response = problem(status, slug, error.name, _HINTS.get(status) or error.description or error.name)
    for name, value in error.get_headers():
        if name in ("Allow", "Location", "Retry-After"):
            response.headers[name] = value
    if 300 <= status < 400 and isinstance(error.get_response(), Response):
        return error.get_response()  # type: ignore[return-value]
    return response


def _invalid(status: int, messages: Mapping[str, Any]) -> Response:
    found = (
        FieldError(pointer, detail)
        for place, told in messages.items()
        for pointer, detail in _flatten("" if place in ("json", "form") else f"?{place}", told)
    )
    errors = tuple(islice(found, _MOST_ERRORS))
    return problem(
        status, "invalid-input", "Invalid input", "Some values are not as they must be; see `errors`.", errors
    )


def _flatten(pointer: str, found: Any) -> Iterator[tuple[str, str]]:
    if isinstance(found, Mapping):
        for name, inner in found.items():
            step = "" if name == "_schema" else pointer_step(name)
            yield from _flatten(pointer + step, inner)
    elif isinstance(found, list):
        for detail in found:
            yield from _flatten(pointer, detail)
    else:
        yield pointer, str(found)


def _fault(error: Exception) -> Response:
    # The trace goes to the log under the correlation id; the caller learns only that id.
    log.error("request-failed", route=str(request.url_rule), method=request.method, exc_info=error)
    return problem(
        500,
        "internal-error",
        "Internal error",
        f"Something broke here. Tell your operator this id: {origin.current().correlation_id}.",
    )
