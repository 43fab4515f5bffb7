"""Envelopes to Kafka records and back: CloudEvents 1.0, Kafka protocol binding, binary content mode."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from contracts.envelope import Envelope, Record
from contracts.errors import Unreadable, WrongSchema
from contracts.registry import Contract, Event, by_type
from contracts.schemas import closed_check, open_check

CONTENT_TYPE = "application/json"
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def encode(envelope: Envelope) -> Record:
    """The record that carries the envelope; raises `WrongSchema`, naming the field, for what must not be published."""
    contract = envelope.data.contract
    _refuse_mismatch(envelope, contract)
    attributes = {
        "specversion": "1.0",
        "id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "time": envelope.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "partitionkey": envelope.key,
        "sequence": str(envelope.sequence),
        "generation": str(envelope.generation),
        "correlationid": envelope.correlationid,
        "causationid": envelope.causationid,
        "traceparent": envelope.traceparent,
    }
    headers = [("content-type", CONTENT_TYPE.encode())]
    headers += [(f"ce_{name}", value.encode()) for name, value in attributes.items() if value is not None]
    value = msgspec.json.encode(dump_data(envelope.data))
    return Record(topic=contract.topic, key=envelope.key.encode(), value=value, headers=tuple(headers))


def decode(record: Record) -> Envelope:
    """The envelope in the record, unknown fields and attributes ignored.

    Raises `Unreadable` (headers or JSON broken, unknown type) or `WrongSchema` (data that breaks its schema).
    """
    attributes = _attributes(record.headers)
    contract = by_type(_required(attributes, "type"))
    data = decode_data(contract.type, _json(record.value))
    if record.key != data.key.encode():
        raise Unreadable(f"the record's key is {record.key!r}, but {contract.key} in its data is {data.key!r}")
    return Envelope(
        id=_required(attributes, "id"),
        source=_required(attributes, "source"),
        type=contract.type,
        time=_moment(_required(attributes, "time")),
        key=data.key,
        data=data,
        sequence=_whole(attributes, "sequence", least=1),
        generation=_whole(attributes, "generation", least=0),
        correlationid=_required(attributes, "correlationid"),
        causationid=attributes.get("causationid"),
        traceparent=attributes.get("traceparent"),
    )


def dump_data(event: Event) -> dict[str, Any]:
    """The event as JSON values (moments and dates as text), checked against its closed schema; else `WrongSchema`."""
    contract = event.contract
    try:
        data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(event))
    except (TypeError, ValueError, OverflowError) as problem:
        raise WrongSchema(contract.type, "", f"it cannot be written as JSON: {problem}") from problem
    closed_check(contract, data)
    return data


def decode_data(type: str, data: Mapping[str, Any]) -> Event:
    """The event of that type from JSON values, unknown fields ignored; raises `Unreadable` or `WrongSchema`."""
    contract = by_type(type)
    open_check(contract, data)
    try:
        return msgspec.convert(data, contract.cls)
    except (msgspec.ValidationError, OverflowError) as problem:
        raise WrongSchema(contract.type, "", str(problem)) from problem


def _refuse_mismatch(envelope: Envelope, contract: Contract) -> None:
    if envelope.type != contract.type:
        raise WrongSchema(contract.type, "type", f"the envelope says {envelope.type!r}")
    if envelope.key != envelope.data.key:
        raise WrongSchema(
            contract.type, contract.key, f"it is {envelope.data.key!r}, the envelope says {envelope.key!r}"
        )
    if envelope.time.tzinfo is None:
        raise WrongSchema(contract.type, "time", "it needs a time zone; events carry UTC")
    if envelope.sequence < 1 or envelope.generation < 0:
        raise WrongSchema(contract.type, "sequence", "sequences count from 1 and generations from 0")
    for name in ("id", "source", "correlationid"):
        if not getattr(envelope, name):
            raise WrongSchema(contract.type, name, "it is empty")


def _attributes(headers: tuple[tuple[str, bytes], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for header, value in headers:
        name = header.lower()
        if name != "content-type" and not name.startswith("ce_"):
            continue
        if name in found:
            raise Unreadable(f"the header {name} occurs twice")
        try:
            found[name] = value.decode()
        except (UnicodeDecodeError, AttributeError):
            raise Unreadable(f"the header {name} is not UTF-8 text") from None
    content = found.pop("content-type", "").split(";")[0].strip().lower()
    if content != CONTENT_TYPE:
        raise Unreadable(f"the header content-type is {content!r}; events come in binary mode as {CONTENT_TYPE}")
    attributes = {name.removeprefix("ce_"): value for name, value in found.items()}
    if (version := _required(attributes, "specversion")) != "1.0":
        raise Unreadable(f"the header ce_specversion is {version!r}; only CloudEvents 1.0 is read")
    return attributes


def _required(attributes: Mapping[str, str], name: str) -> str:
    if not (value := attributes.get(name)):
        raise Unreadable(f"the header ce_{name} is missing or empty")
    return value


def _whole(attributes: Mapping[str, str], name: str, *, least: int) -> int:
    text = _required(attributes, name)
    if not (text.isascii() and text.isdecimal() and len(text) <= 18 and int(text) >= least):
        raise Unreadable(f"the header ce_{name} is {text!r}; it must be a whole number from {least}")
    return int(text)


def _moment(text: str) -> datetime:
    if _RFC3339.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # the shape was right, the date was not: said below
    raise Unreadable(f"the header ce_time is {text!r}, which is no RFC 3339 moment")


def _json(value: bytes | None) -> dict[str, Any]:
    if value is None:
        raise Unreadable("the record has no value; erasures come as `erased` events, never as tombstones")
    try:
        data = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise Unreadable(f"the value is not JSON: {problem}") from problem
    if not isinstance(data, dict):
        raise Unreadable("the value is JSON, but not an object")
    return data
