"""One request's exchange: idempotency key, precondition, cursor in; JSON, ETag, location out."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from flask import Response, current_app, request
from marshmallow import Schema

from servicekit.caller import Caller
from servicekit.refusals import IdempotencyKeyReused, InvalidInput, Malformed, PreconditionRequired
from servicekit.store import Once, Replayed, Reply, Store
from servicekit.web.current import caller, chassis
from servicekit.web.guards import guard_of

T = TypeVar("T")
KEEP_REPLIES = timedelta(hours=24)
_KEY_HEADER = "Idempotency-Key"
_LONGEST_KEY = 255


def command(
    action: Callable[[Store[Any], Caller], T],
    schema: type[Schema] | Schema | None,
    status: int = 200,
    location: Callable[[T], str] | None = None,
    content: bytes | None = None,
) -> Response:
    """Do `action(store, caller)` and answer with its result; with an idempotency key, once.

    The reply is stored in the command's own transaction. A repeat of the same request gets the same reply with
    `Idempotency-Replayed: true`. `content` stands for a body that the view has read from the stream already.

    Raises:
        Malformed: the operation creates something and no key was sent.
        IdempotencyKeyReused: the key was used for another request.
    """
    replies: list[Reply] = []

    def render(result: Any) -> Reply:
        replies.append(_render(result, schema, status, location))
        return replies[-1]

    once = _once(render, content)
    try:
        result = action(chassis().store.answering(once), caller())
    except Replayed as replayed:
        return _repeat(replayed, once)
    # Without a key nothing was rendered inside the transaction.
    return _respond(replies[-1] if replies else render(result))


def reply(result: Any, schema: type[Schema] | Schema, status: int = 200) -> Response:
    """Answer a read; an `ETag` where the result has a version."""
    return _respond(_render(result, schema, status, None))


def page(
    items: Iterable[Any],
    schema: type[Schema] | Schema,
    next_position: Mapping[str, Any] | None = None,
    **more: Any,
) -> Response:
    """Answer a list: `{"items": [...], "next": cursor or null}` and whatever `more` says."""
    following = chassis().cursors.write(_listing(), next_position) if next_position is not None else None
    body = {"items": _schema(schema).dump(list(items), many=True), "next": following, **more}
    return _respond(Reply(status=200, body=_json(body)))


def if_match(*, required: bool = True) -> int | None:
    """The version that the caller's `If-Match` names; None for `*` or, where it may be missing, for none.

    Raises:
        PreconditionRequired: it is missing.
        Malformed: it is not an ETag of ours.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if required:
            raise PreconditionRequired("Send the ETag of the version you changed as If-Match.")
        return None
    if header.strip() == "*":
        return None
    digits = header.strip().removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        raise Malformed('If-Match must be an ETag as we sent it, for example "3".')
    return int(digits)


def cursor(name: str = "cursor") -> dict[str, Any] | None:
    """The position that the query's cursor stands for, or None."""
    given = request.args.get(name)
    return chassis().cursors.read(_listing(), given) if given else None


def limit(default: int = 20, most: int = 100) -> int:
    """How many items the caller wants on a page.

    Raises:
        InvalidInput: not a whole number from 1 to `most`.
    """
    given = request.args.get("limit")
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 10 and 1 <= int(given) <= most):
        raise InvalidInput(f"`limit` must be a whole number from 1 to {most}.")
    return int(given)


def _listing() -> str:
    """Which list of which service is paged through."""
    return f"{chassis().service} {request.url_rule}"


def _once(render: Callable[[Any], Reply], content: bytes | None) -> Once | None:
    key = request.headers.get(_KEY_HEADER)
    guard = guard_of(current_app.view_functions[request.endpoint or ""])
    if key is None:
        if guard is not None and guard.creates:
            raise Malformed(f"Send an {_KEY_HEADER} header (any unique text), so that a repeat creates nothing twice.")
        return None
    if not 0 < len(key) <= _LONGEST_KEY or not key.isprintable():
        raise Malformed(f"{_KEY_HEADER} must be 1 to {_LONGEST_KEY} printable characters.")
    principal = caller()
    read = request.get_data() if content is None else content
    digest = hashlib.sha256(request.path.encode() + b"\n" + read).hexdigest()
    return Once(
        scope=f"{principal.kind}:{principal.id} {request.method} {request.url_rule} {key}",
        fingerprint=digest,
        expires_at=chassis().clock.now() + KEEP_REPLIES,
        render=render,
    )


def _repeat(replayed: Replayed, once: Once | None) -> Response:
    if once is None or replayed.stored.fingerprint != once.fingerprint:
        raise IdempotencyKeyReused(
            f"This {_KEY_HEADER} was used for another request. Use a new key for a new request."
        ) from None
    response = _respond(replayed.stored.reply)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _render(
    result: Any, schema: type[Schema] | Schema | None, status: int, location: Callable[[Any], str] | None
) -> Reply:
    headers: dict[str, str] = {}
    version = getattr(result, "version", None)
    if isinstance(version, int):
        headers["ETag"] = f'"{version}"'
    if location is not None:
        headers["Location"] = location(result)
    body = "" if schema is None else _json(_schema(schema).dump(result))
    return Reply(status=status, body=body, headers=headers)


def _schema(schema: type[Schema] | Schema) -> Schema:
    return schema() if isinstance(schema, type) else schema


def _json(value: Any) -> str:
    return current_app.json.dumps(value)


def _respond(reply: Reply) -> Response:
    response = Response(reply.body, status=reply.status)
    if reply.body:
        response.mimetype = "application/json"
    response.headers.update(reply.headers)
    response.headers["Cache-Control"] = "no-store"
    return response
