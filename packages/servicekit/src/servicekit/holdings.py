"""What a service holds about one person, with the words and the schema that let them read it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import msgspec

from servicekit.audit import AuditRow
from servicekit.caller import Caller
from servicekit.entity import Entity
from servicekit.store import Store

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """The documents of one kind; `about` says in a sentence what they are and why they are kept.

    `without` names fields that are not data about the person: hashes of secrets, a search's own keys.
    """

    name: str
    about: str
    kind: type[Entity]
    items: Sequence[Entity]
    without: frozenset[str] = frozenset()


# Everything held about the person, as far as the caller may read it; checks whether they may at all.
Gather = Callable[[Store[Any], Caller, str], list[Holding]]


def described(service: str, person_id: str, now: datetime, holdings: Sequence[Holding]) -> dict[str, Any]:
    """The service's part of an archive: `data` by name of the holding, `about` each, and the JSON Schema of `data`."""
    return {
        "service": service,
        "person_id": person_id,
        "made_at": now,
        "about": {holding.name: holding.about for holding in holdings},
        "data": {holding.name: [_plain(holding, item) for item in holding.items] for holding in holdings},
        "schema": _schema(service, holdings),
    }


def audit_about(unit: Any, person_id: str) -> Holding:
    """What was done to the person's data, and by whom; `unit` is the service's unit of work."""
    return Holding(
        name="audit",
        about="What was done to your data here, when and by whom, kept to prove it. It has ids and codes only.",
        kind=AuditRow,
        items=unit.find(AuditRow, {"subject": person_id}, (("at", 1), ("_id", 1))),
    )


def _plain(holding: Holding, item: Entity) -> dict[str, Any]:
    document = cast(dict[str, Any], msgspec.to_builtins(item))
    return {name: value for name, value in document.items() if name not in holding.without}


def _schema(service: str, holdings: Sequence[Holding]) -> dict[str, Any]:
    kinds = [holding.kind for holding in holdings]
    references, definitions = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    for holding, reference in zip(holdings, references, strict=True):
        _leave_out(definitions[reference["$ref"].rpartition("/")[2]], holding.without)
    return {
        "$schema": DIALECT,
        "title": f"What {service} holds about a person",
        "type": "object",
        "properties": {
            holding.name: {"type": "array", "description": holding.about, "items": reference}
            for holding, reference in zip(holdings, references, strict=True)
        },
        "required": [holding.name for holding in holdings],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _leave_out(definition: dict[str, Any], names: frozenset[str]) -> None:
    properties: Mapping[str, Any] = definition["properties"]
    definition["properties"] = {name: shape for name, shape in properties.items() if name not in names}
    definition["required"] = [name for name in definition.get("required", []) if name not in names]
