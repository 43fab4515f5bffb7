"""What a JSON body may be, before any schema looks at it."""

import json
from typing import Any, NoReturn

from flask import request

from servicekit.refusals import Malformed


def read_json(body: bytes) -> Any:
    """JSON as RFC 8259 has it: UTF-8, no NaN, no lone surrogates, no nesting that exhausts the reader.

    Raises:
        ValueError: it is not that.
    """
    try:
        value = json.loads(body.decode(), parse_constant=_no_constant)
        # A lone surrogate escapes into text that no database and no log can encode.
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as failure:
        raise ValueError("nested too deeply") from failure
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


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
