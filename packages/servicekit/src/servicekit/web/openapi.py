"""The service's OpenAPI 3.1 document, finished with what the chassis adds to every operation."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from flask_smorest import Api

from servicekit.permissions import Permissions
from servicekit.web.guards import OF_THE_KIT, guard_of, guarded
from servicekit.web.problems import CONTENT_TYPE
from servicekit.web.schema import Problem

_LATER = "servicekit-described-later"
_METHODS = ("get", "post", "put", "patch", "delete")
_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "description": "Any unique text; a repeat with the same key gets the same reply and does nothing twice.",
}
_MATCH_PARAMETER = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string", "pattern": '^("[0-9]{1,15}"|\\*)$'},
    "description": "The ETag of the version that the change is based on.",
}


def describe_later(app: Flask, part: Callable[[], None]) -> None:
    """Let `part` write itself into the document when somebody asks for that."""
    app.extensions.setdefault(_LATER, []).append(part)


def describe(app: Flask, api: Api, permissions: Permissions) -> None:
    """Serve the finished document at `/openapi.json`; it is made when it is first asked for."""
    api.spec.components.schema("Problem", schema=Problem)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    views = {
        (_documented(rule.rule), method.lower()): app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }

    parts: list[Callable[[], None]] = app.extensions.get(_LATER, [])
    one_at_a_time = threading.Lock()
    made: list[str] = []

    def document() -> str:
        with one_at_a_time:
            if not made:
                made.append(app.json.dumps(finished()))
        return made[0]

    def finished() -> dict[str, Any]:
        for part in parts:
            part()
        spec: dict[str, Any] = api.spec.to_dict()
        for path, item in spec["paths"].items():
            for method in _METHODS:
                if method in item:
                    _finish(item[method], views[(path, method)], permissions)
        return spec

    def openapi() -> Response:
        return Response(document(), mimetype="application/json")

    app.add_url_rule("/openapi.json", "openapi", guarded(openapi, OF_THE_KIT))


def _finish(entry: dict[str, Any], view: Any, permissions: Permissions) -> None:
    guard = guard_of(view)
    # The application does not start with a view that nobody guards.
    if guard is None or guard.operation is None:
        raise LookupError(f"{view.__name__} has no operation")
    entry["operationId"] = guard.operation.replace(".", "-") + "-" + view.__name__.replace("_", "-")
    entry["x-operation"] = guard.operation
    if not permissions.is_public(guard.operation):
        entry["security"] = [{"token": []}]
    parameters = entry.setdefault("parameters", [])
    if guard.creates:
        parameters.append({**_KEY_PARAMETER, "required": True})
    if guard.if_match:
        parameters.append({**_MATCH_PARAMETER, "required": True})
    # Whatever else the libraries documented for errors, the answer is always a problem document; a form belongs to a
    # standard with errors of its own, which its view documents.
    responses = entry["responses"]
    errors = [status for status in responses if str(status)[0] in "45" and not guard.form]
    for status in [*errors, "default"]:
        responses.pop(status, None)
    responses["default"] = {
        "description": "A problem document that says what to do.",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _documented(rule: str) -> str:
    """Flask's `/a/<string:id>` as OpenAPI's `/a/{id}`."""
    steps = (
        "{" + step.strip("<>").rpartition(":")[2] + "}" if step.startswith("<") else step for step in rule.split("/")
    )
    return "/".join(steps)
