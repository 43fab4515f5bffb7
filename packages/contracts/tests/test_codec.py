"""The codec against the official CloudEvents SDK, against itself, and against everything broken."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from cloudevents.core.bindings import kafka
from cloudevents.core.v1.event import CloudEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts import (
    Envelope,
    Event,
    Record,
    Unreadable,
    WrongSchema,
    by_type,
    contracts,
    decode,
    decode_data,
    dump_data,
    encode,
)
from contracts.matching import PlanChanged, RequestAccepted, RequestMade
from contracts.profiles import PersonChanged, ProfileChanged
from contracts.samples import sample_envelope
from contracts.schemas import Schema, open_schema

NOW = datetime(2027, 2, 1, 9, 30, 15, 250000, tzinfo=UTC)
ENVELOPE = sample_envelope(by_type("mentormesh.matching.request.accepted.v1"))
ids = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=["C"]), min_size=1, max_size=40)
moments = st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def values(shape: Schema) -> st.SearchStrategy:
    """JSON values of a schema, as far as events need it."""
    if "enum" in shape:
        return st.sampled_from(shape["enum"])
    if "anyOf" in shape:
        return st.one_of([values(one) for one in shape["anyOf"]])
    match shape.get("type"):
        case "object" if "properties" in shape:
            needed = {name: values(one) for name, one in shape["properties"].items() if name in shape["required"]}
            rest = {name: values(one) for name, one in shape["properties"].items() if name not in shape["required"]}
            return st.fixed_dictionaries(needed, optional=rest)
        case "object":
            return st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), values(shape["additionalProperties"]))
        case "array":
            return st.lists(values(shape["items"]), max_size=3)
        case "integer":
            return st.integers(shape["minimum"], shape["maximum"])
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    if shape.get("format") == "date-time":
        return moments.map(lambda moment: moment.isoformat().replace("+00:00", "Z"))
    if shape.get("format") == "date":
        return st.dates().map(date.isoformat)
    if "pattern" in shape:
        pattern = st.from_regex(re.compile(shape["pattern"], re.ASCII), fullmatch=True)
        return pattern.filter(lambda text: text.isascii() and shape["minLength"] <= len(text) <= shape["maxLength"])
    return st.text(
        st.characters(exclude_categories=["Cs"]),
        min_size=shape.get("minLength", 0),
        max_size=shape.get("maxLength", 9),
    )


@st.composite
def events(draw: st.DrawFn) -> Event:
    contract = draw(st.sampled_from(contracts()))
    return decode_data(contract.type, draw(values(open_schema(contract))))


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    event = draw(events())
    return Envelope(
        id=draw(ids),
        source=f"/mentormesh/{event.contract.service}",
        type=event.contract.type,
        time=draw(moments),
        key=event.key,
        data=event,
        sequence=draw(st.integers(1, 10**12)),
        generation=draw(st.integers(0, 1000)),
        correlationid=draw(ids),
        causationid=draw(st.none() | ids),
        traceparent=draw(st.none() | ids),
    )


thorough = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@thorough
@given(envelopes())
def test_what_was_encoded_decodes_to_the_same(envelope: Envelope) -> None:
    assert decode(encode(envelope)) == envelope


@thorough
@given(envelopes())
def test_the_official_sdk_reads_what_we_write(envelope: Envelope) -> None:
    record = encode(envelope)
    read = kafka.from_binary_event(kafka.KafkaMessage(dict(record.headers), record.key, record.value))

    assert read.get_id() == envelope.id
    assert read.get_source() == envelope.source
    assert read.get_type() == envelope.type
    assert read.get_time() == envelope.time
    assert read.get_datacontenttype() == "application/json"
    assert read.get_data() == dump_data(envelope.data)
    assert read.get_extension("partitionkey") == envelope.key
    assert int(read.get_extension("sequence")) == envelope.sequence
    assert int(read.get_extension("generation")) == envelope.generation
    assert read.get_extension("correlationid") == envelope.correlationid
    assert read.get_extension("causationid") == envelope.causationid
    assert read.get_extension("traceparent") == envelope.traceparent


@thorough
@given(envelopes())
def test_we_read_what_the_official_sdk_writes(envelope: Envelope) -> None:
    attributes = {
        "id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "specversion": "1.0",
        "time": envelope.time,
        "datacontenttype": "application/json",
        "partitionkey": envelope.key,
        "sequence": str(envelope.sequence),
        "generation": str(envelope.generation),
        "correlationid": envelope.correlationid,
        "causationid": envelope.causationid,
        "traceparent": envelope.traceparent,
    }
    cloud_event = CloudEvent({name: value for name, value in attributes.items() if value}, dump_data(envelope.data))
    message = kafka.to_binary_event(cloud_event)
    record = Record(
        topic=envelope.data.contract.topic,
        key=str(message.key).encode(),
        value=message.value,
        headers=tuple(message.headers.items()),
    )

    assert decode(record) == envelope


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(contracts()))
def test_no_bytes_do_more_than_refuse(value: bytes, contract: object) -> None:
    record = replace(encode(sample_envelope(contract)), value=value)  # type: ignore[arg-type]
    with pytest.raises((Unreadable, WrongSchema)):
        decode(record)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@thorough
@given(st.data())
def test_one_wrong_value_is_refused_or_read_never_a_crash(data: st.DataObject) -> None:
    contract = data.draw(st.sampled_from(contracts()))
    record = encode(sample_envelope(contract))
    body = json.loads(record.value)
    body[data.draw(st.sampled_from(sorted(body)))] = data.draw(JSON)
    try:
        event = decode(replace(record, value=json.dumps(body).encode())).data
    except (Unreadable, WrongSchema):
        return
    assert decode_data(contract.type, dump_data(event)) == event


def test_the_record_is_exactly_the_binary_binding() -> None:
    record = encode(ENVELOPE)
    assert record.topic == "mentormesh.matching.request"
    assert record.key == b"req_01JQ0000000000000000000000"
    assert dict(record.headers) == {
        "content-type": b"application/json",
        "ce_specversion": b"1.0",
        "ce_id": b"evt_01JQ0000000000000000000000",
        "ce_source": b"/mentormesh/matching",
        "ce_type": b"mentormesh.matching.request.accepted.v1",
        "ce_time": b"2027-02-01T09:30:00Z",
        "ce_partitionkey": b"req_01JQ0000000000000000000000",
        "ce_sequence": b"1",
        "ce_generation": b"0",
        "ce_correlationid": b"cor_01JQ0000000000000000000000",
        "ce_causationid": b"evt_01JQ0000000000000000000001",
        "ce_traceparent": b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    }


def with_header(name: str, value: bytes | None) -> Record:
    record = encode(ENVELOPE)
    kept = tuple((header, old) for header, old in record.headers if header != name)
    return replace(record, headers=kept if value is None else (*kept, (name, value)))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ce_type", None, "ce_type is missing"),
        ("ce_type", b"mentormesh.matching.request.eaten.v1", "no event type is called"),
        ("ce_specversion", b"0.3", "only CloudEvents 1.0"),
        ("ce_id", b"", "ce_id is missing or empty"),
        ("ce_source", b"\xff", "ce_source is not UTF-8"),
        ("ce_time", b"yesterday", "no RFC 3339 moment"),
        ("ce_time", b"2027-02-30T09:30:00Z", "no RFC 3339 moment"),
        ("ce_time", b"0001-01-01T00:00:00+23:59", "no RFC 3339 moment"),
        ("ce_sequence", b"0", "whole number from 1"),
        ("ce_sequence", b"-1", "whole number from 1"),
        ("ce_sequence", b"9" * 5000, "whole number from 1"),
        ("ce_sequence", "²".encode(), "whole number from 1"),
        ("ce_generation", None, "ce_generation is missing"),
        ("ce_correlationid", None, "ce_correlationid is missing"),
        ("content-type", None, "content-type"),
        ("content-type", b"application/cloudevents+json", "binary mode"),
    ],
)
def test_a_broken_header_is_named(name: str, value: bytes | None, words: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(words)):
        decode(with_header(name, value))


def test_a_header_that_occurs_twice_is_refused() -> None:
    record = encode(ENVELOPE)
    with pytest.raises(Unreadable, match="ce_id occurs twice"):
        decode(replace(record, headers=(*record.headers, ("ce_id", b"other"))))


def test_headers_of_others_are_ignored() -> None:
    assert decode(with_header("ce_tenant", b"x")) == ENVELOPE
    assert decode(with_header("b3", b"\xff")) == ENVELOPE
    assert decode(with_header("content-type", b"application/json; charset=utf-8")) == ENVELOPE


@pytest.mark.parametrize(
    "value", [b"", b"{", b"[]", b"null", b'"text"', b"[" * 100_000, b'{"a": NaN}', b"\xff\xfe", None]
)
def test_a_value_that_is_no_json_object_is_unreadable(value: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(replace(encode(ENVELOPE), value=value))


def test_a_key_that_is_not_the_datas_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="the record's key"):
        decode(replace(encode(ENVELOPE), key=b"req_other"))


def changed_value(**changes: object) -> Record:
    record = encode(ENVELOPE)
    return replace(record, value=json.dumps({**json.loads(record.value), **changes}).encode())


def test_readers_ignore_unknown_fields() -> None:
    assert decode(changed_value(colour="blue")) == ENVELOPE


@pytest.mark.parametrize(
    ("field", "value"),
    [("made_by", "manager"), ("mentor_id", 7), ("mentor_id", ""), ("deadline", "soon"), ("program_id", None)],
)
def test_readers_name_the_field_that_is_wrong_and_not_its_value(field: str, value: object) -> None:
    with pytest.raises(WrongSchema) as refusal:
        decode(changed_value(**{field: value}))
    assert refusal.value.field == f"/{field}"
    assert "manager" not in str(refusal.value)


def test_a_missing_field_is_named() -> None:
    record = encode(ENVELOPE)
    data = json.loads(record.value)
    del data["mentor_id"]
    with pytest.raises(WrongSchema, match="mentor_id"):
        decode(replace(record, value=json.dumps(data).encode()))


def test_producers_may_not_publish_what_breaks_the_schema() -> None:
    person = PersonChanged(person_id="p" * 65, status="active", time_zone="UTC")
    with pytest.raises(WrongSchema, match="/person_id"):
        dump_data(person)
    with pytest.raises(WrongSchema, match="/level"):
        dump_data(replace(person, person_id="prs_1", level="high"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "mentormesh.matching.request.made.v1"}, "type"),
        ({"key": "req_other"}, "request_id"),
        ({"sequence": 0}, "sequence"),
        ({"generation": -1}, "sequence"),
        ({"correlationid": ""}, "correlationid"),
        ({"time": NOW.replace(tzinfo=None)}, "time"),
    ],
)
def test_an_envelope_that_contradicts_its_event_is_not_published(change: dict[str, object], field: str) -> None:
    with pytest.raises(WrongSchema) as refusal:
        encode(replace(ENVELOPE, **change))  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_moments_travel_as_utc_whatever_zone_they_were_given_in() -> None:
    berlin = timezone(timedelta(hours=1))
    made = RequestMade(
        request_id="req_1",
        program_id="prg_1",
        mentee_id="prs_ana",
        mentor_id="prs_ben",
        made_by="mentee",
        deadline=datetime(2027, 2, 8, 0, 30, tzinfo=berlin),
    )
    assert dump_data(made)["deadline"] == "2027-02-07T23:30:00Z"


def test_a_moment_without_a_zone_is_refused_where_the_event_is_made() -> None:
    with pytest.raises(ValueError, match="deadline needs a time zone"):
        replace(ENVELOPE.data, deadline=datetime(2027, 2, 8))  # type: ignore[type-var]  # noqa: DTZ001


def test_lists_and_tuples_are_the_same_event() -> None:
    one = ProfileChanged(person_id="prs_ana", skills_wanted=["skl_1"])  # type: ignore[arg-type]
    assert one == ProfileChanged(person_id="prs_ana", skills_wanted=("skl_1",))
    assert dump_data(one)["skills_wanted"] == ["skl_1"]


def test_a_plan_of_few_words_has_the_programs_defaults() -> None:
    few = {
        "program_id": "prg_1",
        "name": "Leaders",
        "kind": "one_to_one",
        "state": "draft",
        "starts_on": "2027-02-01",
        "ends_on": "2027-07-31",
    }
    plan = decode_data("mentormesh.matching.plan.changed.v1", few)
    assert isinstance(plan, PlanChanged)
    assert (plan.requests.answer_within, plan.requests.on_no_answer) == ("P7D", "suggest")
    assert plan.starts_on == date(2027, 2, 1)


def test_an_event_cannot_be_changed() -> None:
    assert isinstance(ENVELOPE.data, RequestAccepted)
    with pytest.raises(AttributeError):
        ENVELOPE.data.mentor_id = "prs_other"  # type: ignore[misc]
