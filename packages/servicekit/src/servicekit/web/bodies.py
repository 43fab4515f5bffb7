"""What a JSON body may be, before any schema looks at it."""

import json
from collections.abc import Iterator
from typing import Any

from flask import request

from servicekit.refusals import Malformed

_MOST_SHOWN = 200


class _Constant(str):
    """`NaN`, `Infinity` or `-Infinity`, which some writers take for JSON."""


def read_json(body: bytes) -> Any:
    """JSON as RFC 8259 has it: UTF-8, no NaN, no lone surrogates, no nesting that exhausts the reader.

    Raises:
        ValueError: it is not that.
    """
    constants: list[_Constant] = []

    def noted(name: str) -> _Constant:
        constants.append(_Constant(name))
        return constants[-1]

    try:
        value = json.loads(body.decode(), parse_constant=noted)
        # A lone surrogate escapes into text that no database and no log can encode.
        json.dumps(value, ensure_ascii=False).encode()
        if constants:
            raise ValueError(_not_json(value, constants[0]))
    except RecursionError as failure:
        raise ValueError("nested too deeply") from failure
    return value


def pointer_step(name: object) -> str:
    """One step of a JSON pointer."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def _not_json(value: Any, constant: _Constant) -> str:
    # Of a key that is written twice only the last value is left, so that it may be nowhere.
    where = next(_constants("", value), "")[:_MOST_SHOWN]
    return f"{constant}{f' at {where}' if where else ''} is not JSON; write a number"


def _constants(pointer: str, value: Any) -> Iterator[str]:
    """Where in the value the constants are."""
    if isinstance(value, _Constant):
        yield pointer
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _constants(pointer + pointer_step(name), inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _constants(pointer + pointer_step(place), inner)


def require_json_body() -> None:
    """Refuse a body of another kind before a schema mistakes it for an empty one.

    Raises:
        UnsupportedBody: the content type is not JSON.
    """
    # A body in chunks says no length.
    has_body = request.content_length or "Transfer-Encoding" in request.headers
    if request.method in ("POST", "PUT", "PATCH") and has_body and not request.is_json:
        raise UnsupportedBody("Send the body as application/json.")


class UnsupportedBody(Malformed):
    """The body's content type is not JSON."""

    status = 415
