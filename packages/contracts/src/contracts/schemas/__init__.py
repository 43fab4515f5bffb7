"""The JSON Schema of every event, in its two readings: closed for producers, open for readers."""

from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs
import msgspec

from contracts.errors import WrongSchema
from contracts.registry import Contract

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def open_schema(contract: Contract) -> Schema:
    """What a reader accepts, which is what is published: fields it does not know are ignored."""
    (root,), parts = msgspec.json.schema_components([contract.cls], ref_template="{name}")
    shape = _inlined(root, parts)
    shape.pop("title")
    return {"$schema": DIALECT, "$id": f"urn:{contract.type.replace('.', ':')}", "title": contract.type, **shape}


def closed_schema(schema: Schema) -> Schema:
    """The open schema with every object closed: what a producer may publish."""
    closed = deepcopy(schema)
    _close(closed)
    return closed


def open_check(contract: Contract, data: object) -> None:
    """Raise `WrongSchema` for data that a reader must refuse."""
    _check(contract, _validators(contract)[0], data)


def closed_check(contract: Contract, data: object) -> None:
    """Raise `WrongSchema` for data that a producer must not publish."""
    _check(contract, _validators(contract)[1], data)


@cache
def _validators(contract: Contract) -> tuple[jsonschema_rs.Draft202012Validator, jsonschema_rs.Draft202012Validator]:
    schema = open_schema(contract)
    return _validator(schema), _validator(closed_schema(schema))


def _validator(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    # Masked, because a refusal is logged and parked, and the value may be personal.
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask="the value")


def _check(contract: Contract, validator: jsonschema_rs.Draft202012Validator, data: object) -> None:
    try:
        validator.validate(data)
    except jsonschema_rs.ValidationError as problem:
        field = "".join(f"/{step}" for step in problem.instance_path)
        raise WrongSchema(contract.type, field, problem.message) from None
    except ValueError as problem:  # values that JSON has no form for
        raise WrongSchema(contract.type, "", str(problem)) from None


def _inlined(shape: Any, parts: dict[str, Any]) -> Any:
    """References resolved in place: events are small, and a schema that stands alone is easier to read and compare."""
    if isinstance(shape, dict):
        if "$ref" in shape:
            return _inlined(parts[shape["$ref"]], parts)
        return {word: _inlined(value, parts) for word, value in shape.items()}
    if isinstance(shape, list):
        return [_inlined(value, parts) for value in shape]
    return shape


def _close(shape: Any) -> None:
    for value in shape.values() if isinstance(shape, dict) else shape if isinstance(shape, list) else ():
        _close(value)
    if isinstance(shape, dict) and "properties" in shape and shape.get("type") == "object":
        shape["additionalProperties"] = False
