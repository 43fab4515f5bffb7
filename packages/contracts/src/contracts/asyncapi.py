"""The AsyncAPI 3 document of all topics, generated from the register."""

from typing import Any

from contracts.registry import Contract, Topic, contracts, topics
from contracts.samples import sample_record
from contracts.schemas import open_schema

_TEXT = {"type": "string", "minLength": 1}
_NUMBER = {"type": "string", "pattern": "^[0-9]+$"}
HEADERS: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0 attributes in Kafka's binary content mode.",
    "properties": {
        "content-type": {"const": "application/json"},
        "ce_specversion": {"const": "1.0"},
        "ce_id": {**_TEXT, "description": "Unique per source; the same event sent again carries the same id."},
        "ce_source": {**_TEXT, "description": "The service that published it."},
        "ce_type": {**_TEXT, "description": "The event type with its version."},
        "ce_time": {"type": "string", "format": "date-time", "description": "When it happened, UTC."},
        "ce_partitionkey": {**_TEXT, "description": "The record's key."},
        "ce_sequence": {**_NUMBER, "description": "Counts the events of this topic and key from 1 without a gap."},
        "ce_generation": {**_NUMBER, "description": "Rises when the service is restored from a backup."},
        "ce_correlationid": {**_TEXT, "description": "Names the whole story that the event belongs to."},
        "ce_causationid": {**_TEXT, "description": "The event or command that led to this one."},
        "ce_traceparent": {**_TEXT, "description": "W3C trace context."},
    },
    "required": [
        "content-type",
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_time",
        "ce_sequence",
        "ce_generation",
        "ce_correlationid",
    ],
}


def document(version: str) -> dict[str, Any]:
    """The document as JSON values; `version` is the platform's."""
    known = topics()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "MentorMesh events",
            "version": version,
            "description": "What MentorMesh's services publish over Kafka. See events.md for how to read it.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(topic) for name, topic in known.items()},
        "operations": {operation: body for topic in known.values() for operation, body in _operations(topic).items()},
        "components": {
            "messages": {contract.type: _message(contract) for contract in contracts()},
            "schemas": {"Headers": HEADERS},
            "correlationIds": {
                "story": {
                    "description": "One id for everything that follows from one action.",
                    "location": "$message.header#/ce_correlationid",
                }
            },
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": topic.about,
        "messages": {one.type: {"$ref": f"#/components/messages/{one.type}"} for one in topic.contracts},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": ["compact" if topic.kind == "state" else "delete"]},
                "bindingVersion": "0.5.0",
            }
        },
        "x-visibility": topic.visibility,
        "x-retention": topic.retention,
    }


def _operations(topic: Topic) -> dict[str, Any]:
    subject = topic.name.removeprefix("mentormesh.")
    channel = {"$ref": f"#/channels/{topic.name}"}
    made: dict[str, Any] = {
        f"{topic.producer}.sends.{subject}": {"action": "send", "channel": channel, "summary": topic.about}
    }
    for consumer in topic.consumers:
        messages = [
            {"$ref": f"#/channels/{topic.name}/messages/{one.type}"}
            for one in topic.contracts
            if consumer in one.consumers
        ]
        made[f"{consumer}.receives.{subject}"] = {"action": "receive", "channel": channel, "messages": messages}
    return made


def _message(contract: Contract) -> dict[str, Any]:
    sample = sample_record(contract)
    schema = open_schema(contract)
    payload = {word: value for word, value in schema.items() if not word.startswith("$")}
    return {
        "name": contract.type,
        "title": contract.cls.__name__,
        "summary": contract.about,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": payload,
        "correlationId": {"$ref": "#/components/correlationIds/story"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"The event's {contract.key}."},
                "bindingVersion": "0.5.0",
            }
        },
        "examples": [{"name": "golden", "headers": sample["headers"], "payload": sample["value"]}],
    }
