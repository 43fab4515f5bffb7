"""One realistic example of every event, the same on each computer, for the golden examples and the catalogue."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.codec import decode_data, encode
from contracts.envelope import Envelope
from contracts.registry import Contract
from contracts.schemas import Schema, open_schema

MOMENT = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_ULID = "01JQ0000000000000000000000"

# What a field of this name holds in the first journey: Ana asks Ben, in Cara's program.
_BY_NAME: dict[str, Any] = {
    "person_id": "prs_ana",
    "mentee_id": "prs_ana",
    "mentee_ids": ["prs_ana"],
    "mentor_id": "prs_ben",
    "next_mentor_id": "prs_dan",
    "next_request_id": "req_01JQ0000000000000000000001",
    "author_id": "prs_ana",
    "addressee_id": "prs_ben",
    "giver_id": "prs_ana",
    "receiver_id": "prs_ben",
    "sender_id": "prs_cara",
    "manager_id": "prs_emil",
    "requested_by": "prs_cara",
    "given_by": "prs_ben",
    "managers": ["prs_cara"],
    "avoid": [],
    "external_id": "E-1042",
    "email": "ana.silva@example.org",
    "title": "Engineer",
    "department": "Platform",
    "site": "Lisbon",
    "category": "Engineering",
    "locale": "en",
    "languages": ["en", "pt"],
    "time_zone": "Europe/Lisbon",
    "attributes": {"cost_centre": "4711"},
    "consent": {"matching": True},
    "destroyed": {"notes": 3, "reviews": 1},
    "synonyms": [],
    "scopes": ["events:read"],
    "day": "mon",
    "start": "09:00",
    "end": "12:00",
    "level": 4,
    "capacity": 2,
    "minutes": 45,
    "revision": 0,
    "sessions": 6,
    "starts_on": "2027-02-01",
    "ends_on": "2027-07-31",
    "due_on": "2027-03-01",
    "closes_on": "2027-03-15",
    "due_after": "P30D",
    "opens_after": "P90D",
    "milestone_key": "first_session",
    "key": "first_session",
    "channel": "email",
    "about": "schedule_session",
    "subject_id": "req_" + _ULID,
}
_NAMES = {
    "profiles.contact": "Ana Silva",
    "profiles.skill": "Python",
    "profiles.theme": "Leading a team",
    "matching.plan": "Leaders 2027",
}
_REASONS = {
    "feedback.health": ["sessions_regular"],
    "matching.reason": "no_time",
    "matching.run": "no_participants",
    "notifications.delivery": "no_contact",
    "notifications.subscription": "gone",
}
_PREFIX = {
    "client": "cli",
    "delivery": "dlv",
    "enrolment": "enr",
    "erasure": "era",
    "goal": "gol",
    "import": "imp",
    "invitation": "inv",
    "mentorship": "mnt",
    "message": "msg",
    "nudge": "ndg",
    "program": "prg",
    "recognition": "rec",
    "request": "req",
    "review": "rev",
    "run": "run",
    "session": "ses",
    "skill": "skl",
    "subscription": "sub",
    "survey": "srv",
    "theme": "thm",
}


def sample_data(contract: Contract) -> dict[str, Any]:
    """The example's data, valid by the closed schema."""
    subject = f"{contract.service}.{contract.noun}"
    names = {**_BY_NAME, "name": _NAMES.get(subject), "reason": _REASONS.get(subject), "reasons": _REASONS.get(subject)}
    if contract.type.endswith("delivery.sent.v1"):
        names["reason"] = None
    if subject == "matching.plan":
        names["title"] = "First session"
    data: dict[str, Any] = _object(open_schema(contract), names)
    return data


def sample_envelope(contract: Contract) -> Envelope:
    """The example's data in an envelope: the first event of its key."""
    data = decode_data(contract.type, sample_data(contract))
    return Envelope(
        id="evt_" + _ULID,
        source=f"/mentormesh/{contract.service}",
        type=contract.type,
        time=MOMENT,
        key=data.key,
        data=data,
        sequence=1,
        generation=0,
        correlationid="cor_" + _ULID,
        causationid="evt_01JQ0000000000000000000001",
        traceparent=TRACE,
    )


def sample_record(contract: Contract) -> dict[str, Any]:
    """The example as it lies on the topic: topic, key, headers and value, as JSON values."""
    record = encode(sample_envelope(contract))
    return {
        "topic": record.topic,
        "key": record.key.decode(),
        "headers": {name: value.decode() for name, value in record.headers},
        "value": sample_data(contract),
    }


def _object(schema: Schema, names: Mapping[str, Any]) -> dict[str, Any]:
    return {field: _value(field, shape, names) for field, shape in schema["properties"].items()}


def _value(field: str, shape: Schema, names: Mapping[str, Any]) -> Any:
    if "enum" in shape:
        return _chosen(field, shape["enum"])
    if "anyOf" in shape and field not in names:
        return _value(field, shape["anyOf"][0], names)
    if shape.get("properties"):
        return _object(shape, names)
    if shape.get("type") == "array" and "properties" in shape["items"]:
        return [_object(shape["items"], names)]
    if field in names:
        return names[field]
    return _by_shape(field, shape)


def _chosen(field: str, choices: list[str]) -> str:
    preferred = ("mentee", "active", "running", "steady", "one_to_one", "mon", "completed", "suggest", "request")
    return next((choice for choice in preferred if choice in choices), sorted(choices)[-1])


def _by_shape(field: str, shape: Schema) -> Any:
    kind = shape.get("type")
    if kind == "array":
        return [_by_shape(field, shape["items"])]
    if kind == "boolean":
        return False
    if kind == "integer":
        return max(3, shape.get("minimum", 0))
    if shape.get("format") == "date-time":
        return "2027-02-08T09:30:00Z"
    if shape.get("format") == "date":
        return "2027-02-08"
    if shape.get("pattern", "").startswith("^P"):
        return "P14D"
    noun = _noun(field, shape)
    return f"{_PREFIX[noun]}_{_ULID}" if noun else field


def _noun(field: str, shape: Schema) -> str | None:
    if field.removesuffix("_id") in _PREFIX:
        return field.removesuffix("_id")
    description = shape.get("description", "")
    return next((noun for noun, prefix in _PREFIX.items() if f"`{prefix}_`" in description), None)
