"""The event catalogue that integrators read, generated from the register."""

import json
from collections.abc import Iterator

from contracts.moves import MOVES, QUIET
from contracts.registry import Contract, Topic, topics
from contracts.samples import sample_record
from contracts.schemas import Schema, open_schema

INTRODUCTION = """# Events

What MentorMesh publishes over Kafka, topic by topic. This page is generated from `packages/contracts`
(`python -m contracts generate`); the same in machine-readable form is [asyncapi.json](asyncapi.json), and each type's
JSON Schema lies in `packages/contracts/src/contracts/schemas/`.

## How to read them

- **A record** is a CloudEvents 1.0 event in Kafka's binary mode: attributes in `ce_` headers, the data as JSON in the
  value, the id of what it is about as the key.
- **Delivery is at least once, in order per key.** `ce_id` stays the same when an event is sent again. `ce_sequence`
  counts the events of one topic and key from 1 without a gap; `ce_generation` rises when a service was restored from a
  backup. Keep the pair (generation, sequence) per topic and key, and skip what is not greater. There is no order
  between topics: an id that you do not know yet may become known a moment later.
- **Fact topics** keep every event and carry ids and codes only, never a name, an address or a text that a person
  wrote. **State topics** are compacted: the newest record of a key is the whole truth, and `erased` is its end.
- **Visibility**: `public` topics may be granted to integrators; `internal` ones only to the named services.
- **Retention**: `for ever`, or as long as the operator decides.
- **Growth**: within a version, a type only ever gains optional fields, so ignore fields that you do not know, and do
  not validate with `additionalProperties: false`. Lists of codes marked so may grow. Anything else is a new version
  on a topic of its own (`….v2`), published beside the old one for two minor releases.
- **A record that you cannot read** is a fault worth reporting: every record was checked against its schema before it
  was sent.
"""


def page() -> str:
    """The whole catalogue as Markdown."""
    known = topics()
    parts = [INTRODUCTION, "## Topics\n", *_overview(), ""]
    for topic in known.values():
        parts += _section(topic)
    parts += ["## Moves and their events\n", *_moves(), ""]
    return "\n".join(parts)


def _overview() -> Iterator[str]:
    yield "| topic | class | visibility | published by | read by | events |"
    yield "|---|---|---|---|---|---|"
    for topic in topics().values():
        actions = ", ".join(f"`{contract.action}`" for contract in topic.contracts)
        anchor = topic.name.replace(".", "")
        yield (
            f"| [`{topic.name}`](#{anchor}) | {topic.kind} | {topic.visibility} | {topic.producer} "
            f"| {_readers(topic.consumers)} | {actions} |"
        )


def _section(topic: Topic) -> Iterator[str]:
    yield f"## {topic.name}\n"
    yield f"{topic.about}\n"
    yield f"- **Key**: `{topic.key}`"
    yield f"- **Class**: {topic.kind}; {topic.partitions} partitions; kept {_retention(topic)}"
    yield f"- **Visibility**: {topic.visibility}{'; describes people' if topic.personal else ''}"
    yield f"- **Published by**: {topic.producer}. **Read by**: {_readers(topic.consumers)}.\n"
    shared = _shared_fields(topic)
    for contract in topic.contracts:
        yield from _event(contract, shared)
    if shared:
        yield "### Fields of all of them\n"
        yield from _fields(shared)


def _event(contract: Contract, shared: dict[str, tuple[Schema, bool]]) -> Iterator[str]:
    yield f"### `{contract.type}`\n"
    yield f"{contract.about}\n"
    own = {name: field for name, field in _fields_of(contract).items() if name not in shared}
    yield from _fields(own)
    if _tells_most(contract):
        example = json.dumps(sample_record(contract)["value"], indent=2, ensure_ascii=False)
        yield f"```json\n{example}\n```\n"


def _fields(fields: dict[str, tuple[Schema, bool]]) -> Iterator[str]:
    if not fields:
        return
    yield "| field | value | |"
    yield "|---|---|---|"
    for name, (shape, required) in fields.items():
        yield f"| `{name}` | {kind(shape)}{'' if required else ', optional'} | {_description(shape)} |"
        for path, inner, needed in _nested(shape, name):
            yield f"| `{path}` | {kind(inner)}{'' if needed else ', optional'} | {_description(inner)} |"
    yield ""


def kind(shape: Schema) -> str:
    """A value's type and limits in words."""
    if "enum" in shape:
        return "one of " + ", ".join(f"`{choice}`" for choice in shape["enum"])
    if "anyOf" in shape:
        return " or ".join(kind(one) for one in shape["anyOf"])
    match shape.get("type"):
        case "array":
            return f"list of {kind(shape['items'])}"
        case "object" if "properties" in shape:
            return "object"
        case "object":
            return f"map of {kind(shape['additionalProperties'])}"
        case "integer":
            return "whole number" + _limits(shape)
        case "boolean":
            return "`true` or `false`"
        case "null":
            return "`null`"
    return {"date-time": "moment", "date": "date"}.get(shape.get("format", ""), "text" + _limits(shape))


def _limits(shape: Schema) -> str:
    low = shape.get("minimum", shape.get("minLength"))
    high = shape.get("maximum", shape.get("maxLength"))
    return f" ({low if low is not None else ''}..{high})" if high is not None else ""


def _description(shape: Schema) -> str:
    if text := shape.get("description"):
        return str(text)
    inner = shape.get("anyOf", [shape.get("items", {})])[0]
    return str(inner.get("description", "")) if "properties" not in inner else ""


def _nested(shape: Schema, name: str) -> Iterator[tuple[str, Schema, bool]]:
    """The fields inside an object or a list of objects: path, shape, whether required."""
    is_list = shape.get("type") == "array"
    inner = shape["items"] if is_list else shape
    for field, value in inner.get("properties", {}).items():
        path = f"{name}{'[]' if is_list else ''}.{field}"
        yield path, value, field in inner.get("required", ())
        yield from _nested(value, path)


def _fields_of(contract: Contract) -> dict[str, tuple[Schema, bool]]:
    schema = open_schema(contract)
    required = schema.get("required", [])
    return {name: (shape, name in required) for name, shape in schema["properties"].items()}


def _shared_fields(topic: Topic) -> dict[str, tuple[Schema, bool]]:
    """What every event of the topic carries, told once; a topic with one or two events tells each on its own."""
    if len(topic.contracts) < 3:
        return {}
    first, *others = (_fields_of(contract) for contract in topic.contracts)
    return {name: field for name, field in first.items() if all(other.get(name) == field for other in others)}


def _tells_most(contract: Contract) -> bool:
    members = topics()[contract.topic].contracts
    return contract == max(members, key=lambda one: len(_fields_of(one)))


def _retention(topic: Topic) -> str:
    if topic.kind == "state":
        return "compacted"
    return "for ever" if topic.retention == "forever" else "as long as the operator decides"


def _readers(consumers: tuple[str, ...]) -> str:
    return ", ".join(consumers) or "no service; operators' own tools"


def _moves() -> Iterator[str]:
    yield "| thing | from | to | event |"
    yield "|---|---|---|---|"
    for move, event in MOVES.items():
        yield f"| {move.thing} | {move.before or '-'} | {move.after or '-'} | `{event.contract.type}` |"
    for move, why in QUIET.items():
        yield f"| {move.thing} | {move.before} | {move.after} | none: {why[0].lower()}{why[1:]} |"
