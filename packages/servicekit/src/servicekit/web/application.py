"""One service's Flask application: authentication, problems, OpenAPI, health, one log line a request."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import structlog
from flask import Flask, Request, Response, g, request
from flask_smorest import Api, Blueprint
from marshmallow import RAISE, missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge

from servicekit import origin
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.permissions import Permissions
from servicekit.refusals import Forbidden, Malformed, Unauthenticated
from servicekit.store import Store
from servicekit.tokens import Verifier
from servicekit.web import health, problems
from servicekit.web.auditing import watch_private_reads
from servicekit.web.bodies import read_json, require_json_body
from servicekit.web.current import _KEY, Chassis
from servicekit.web.cursors import Cursors
from servicekit.web.guards import OF_THE_KIT, guard_of
from servicekit.web.openapi import describe, describe_later
from servicekit.web.rates import Rates

MOST_BYTES = 1_048_576
_CORRELATION_HEADER = "X-Correlation-Id"

log = structlog.get_logger()


class _Parser(FlaskParser):
    # A misspelt query parameter is told, not ignored.
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}

    def _raw_load_json(self, req: Request) -> Any:
        if not req.is_json:
            return missing
        body = req.get_data(cache=True)
        if req.content_length is None and len(body) >= MOST_BYTES:
            # A body in chunks is cut at the limit where one that says its length is refused.
            raise RequestEntityTooLarge
        try:
            return read_json(body)
        except ValueError as failure:
            raise Malformed(f"The body is not readable JSON: {failure}.") from failure


class _Blueprint(Blueprint):  # type: ignore[misc]
    ARGUMENTS_PARSER = _Parser()

    def register_views_in_doc(self, api: Api, app: Flask, *args: Any, **named: Any) -> None:
        # Describing the operations takes longer than making all the rest, and hardly a process is asked for them.
        describe_later(app, partial(super().register_views_in_doc, api, app, *args, **named))


def blueprint(name: str, prefix: str = "/v1", description: str = "") -> Blueprint:
    """A group of operations in the API and in its document."""
    return _Blueprint(name, name, url_prefix=prefix, description=description)


def create_app(
    *,
    service: str,
    store: Store[Any],
    clock: Clock,
    blueprints: Sequence[Blueprint],
    permissions: Permissions,
    verifier: Verifier,
    cursor_secret: str,
    admits: Callable[[Caller], bool] | None = None,
    ready: Callable[[], None] | None = None,
    rates: Rates | None = None,
    extras: dict[str, Any] | None = None,
) -> Flask:
    """The application of one service.

    `admits` says whether the caller may still come in by this token, as far as the service knows (who left may not);
    `ready` raises where the service cannot serve; `rates` limit how often one caller may ask. Each may be left out.
    """
    app = Flask(service, static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BYTES,
        API_TITLE=f"MentorMesh {service}",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
    )
    app.extensions[_KEY] = Chassis(
        service=service,
        store=store,
        clock=clock,
        permissions=permissions,
        verifier=verifier,
        cursors=Cursors(cursor_secret),
        extras=extras or {},
    )
    api = Api(app)
    for entry in blueprints:
        api.register_blueprint(entry)
    # After the Api, whose own error body they replace.
    problems.register(app)
    health.register(app, ready)
    describe(app, api, permissions)
    watch_private_reads(app)
    _admit(app, permissions, verifier, admits, rates)
    _observe(app)
    return app


def _admit(
    app: Flask,
    permissions: Permissions,
    verifier: Verifier,
    admits: Callable[[Caller], bool] | None,
    rates: Rates | None,
) -> None:
    """Name the caller before any view runs; a view without a row in the table does not start."""
    unguarded = sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if (guard := guard_of(view)) is not OF_THE_KIT and (guard is None or guard.operation not in permissions)
    )
    if unguarded:
        raise LookupError(f"no permission row guards: {', '.join(unguarded)}")

    @app.before_request
    def name_the_caller() -> None:
        guard = guard_of(app.view_functions.get(request.endpoint or ""))
        if guard is None or guard.operation is None:
            return
        if not permissions.is_public(guard.operation):
            g.caller = verifier.caller(_bearer())
            if rates is not None:
                rates.take(g.caller)
            if admits is not None and not admits(g.caller):
                raise Unauthenticated("This account or this token is no longer good here. Get a new token.")
            _refuse_the_impossible(permissions, guard.operation)
        if not guard.form and not guard.upload:
            require_json_body()


def _refuse_the_impossible(permissions: Permissions, operation: str) -> None:
    """Refuse whoever may not do this to any object, before their body is read or an object is looked for."""
    if not permissions.could_allow(g.caller, operation):
        raise Forbidden(f"You may not do this ({operation}).")


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Send a platform token as `Authorization: Bearer ...`.")
    return token.strip()


def _observe(app: Flask) -> None:
    """Follow each request: correlation id in and out, one log line, one measurement."""

    def begin() -> None:
        given = request.headers.get(_CORRELATION_HEADER, "")
        correlation = given if 0 < len(given) <= 64 and given.isascii() and given.isprintable() else new_id("cor")
        traceparent = request.headers.get("traceparent", "")[:64] or None
        g.began = time.perf_counter()
        g.origin = origin.working_for(origin.Origin(correlation_id=correlation, traceparent=traceparent))
        g.origin.__enter__()
        structlog.contextvars.bind_contextvars(correlation_id=correlation)

    # First of all, so that a refusal of the token is followed too.
    app.before_request_funcs.setdefault(None, []).insert(0, begin)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers[_CORRELATION_HEADER] = origin.current().correlation_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        health.measure(response.status_code, time.perf_counter() - g.began)
        return response

    @app.teardown_request
    def leave(error: BaseException | None) -> None:
        structlog.contextvars.unbind_contextvars("correlation_id")
        if (held := g.pop("origin", None)) is not None:
            held.__exit__(None, None, None)
