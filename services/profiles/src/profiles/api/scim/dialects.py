"""What providers write otherwise than the standard, put right before the body is read.

The library takes operations in any case, adds what an absent value path describes, and drops what is not declared. Here
is what is left: a manager as bare text, an empty one for none, booleans as text, a user without an e-mail address.
"""

import json
from collections.abc import Mapping
from typing import Any

from profiles.api.scim.resources import ENTERPRISE

_MANAGER = f"{ENTERPRISE}:manager".casefold()
_BOOLEANS = {"true": True, "false": False}
_FLAGS = ("active", "primary")


def put_right(body: bytes) -> bytes:
    """The body as the standard has it; one that is not JSON stays, for the library to refuse."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(said, dict):
        return body
    return json.dumps(_message(said)).encode()


def _message(said: dict[str, Any]) -> dict[str, Any]:
    for name, value in list(said.items()):
        if name.casefold() != "operations" or not isinstance(value, list):
            continue
        said[name] = [_operation(one) if isinstance(one, dict) else one for one in value]
        return said
    return _with_address(_resource(said))


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    """One operation, of a PATCH or of a bulk request (which holds a message of its own)."""
    named = {name.casefold(): name for name in operation}
    data, path, value = (named.get(name) for name in ("data", "path", "value"))
    if data is not None and isinstance(operation[data], dict):
        return {**operation, data: _message(operation[data])}
    if value is None:
        return operation
    target = str(operation[path]).strip() if path is not None and operation[path] else ""
    return {**operation, value: _at(target, operation[value])}


def _at(path: str, value: Any) -> Any:
    """A value that is written at a path."""
    if path.casefold() == _MANAGER:
        return _manager(value)
    if path.casefold() == f"{_MANAGER}.value":
        return value or None
    if path.casefold().rpartition(".")[2].rpartition(":")[2] in _FLAGS:
        return _flag(value)
    return _resource(value) if isinstance(value, dict) else _entries(value)


def _resource(said: Mapping[str, Any]) -> dict[str, Any]:
    """A resource, or a part of one: every boolean and every manager in it put right."""
    found: dict[str, Any] = {}
    for name, value in said.items():
        key = name.casefold()
        if key == _MANAGER or key == "manager":
            found[name] = _manager(value)
        elif key.rpartition(":")[2] in _FLAGS:
            found[name] = _flag(value)
        elif isinstance(value, dict):
            found[name] = _resource(value)
        else:
            found[name] = _entries(value)
    return found


def _entries(value: Any) -> Any:
    return [_resource(one) if isinstance(one, dict) else one for one in value] if isinstance(value, list) else value


def _manager(value: Any) -> Any:
    if isinstance(value, str):
        return {"value": value} if value.strip() else None
    if isinstance(value, dict) and not any(value.get(name) for name in ("value", "$ref")):
        return None
    if isinstance(value, list) and len(value) == 1:
        return _manager(value[0])
    return value


def _flag(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 1:
        return _flag(value[0].get("value") if isinstance(value[0], dict) else value[0])
    return _BOOLEANS.get(value.strip().casefold(), value) if isinstance(value, str) else value


def _with_address(said: dict[str, Any]) -> dict[str, Any]:
    """A user whose account is named like an e-mail address, and who has no other, has that one."""
    named = {name.casefold(): name for name in said}
    account = said.get(named.get("username", ""))
    if not isinstance(account, str) or "@" not in account or said.get(named.get("emails", "")):
        return said
    kept = {name: value for name, value in said.items() if name.casefold() != "emails"}
    return {**kept, "emails": [{"value": account, "type": "work", "primary": True}]}
