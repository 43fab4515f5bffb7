"""Bodies that cannot be: each gets a problem document that says what to do, and changes nothing."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from spoiling import SERVICES, of, said_what_to_do, send, settled, state
from staged import Stage

pytestmark = pytest.mark.stack

BODIES: dict[str, tuple[bytes, tuple[int, ...]]] = {
    "broken JSON": (b'{"name": ', (400,)),
    "two documents": (b"{}{}", (400,)),
    "not a number": (b'{"level": NaN}', (400,)),
    "infinity": (b'{"level": -Infinity}', (400,)),
    "a number beyond a float": (b'{"level": 1e999, "capacity": 1e999}', (400, 422)),
    "a number of 5000 digits": (b'{"level": %s}' % (b"1" * 5000), (400,)),
    "a lone surrogate": (b'{"name": "\\ud800", "bio": "\\udfff"}', (400,)),
    "bytes that are no UTF-8": (b'{"name": "\xff\xfe"}', (400,)),
    "another encoding": ('{"name": "x"}'.encode("utf-16"), (400,)),
    "nesting without end": (b"[" * 100_000, (400,)),
    "deep objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, (400,)),
    "a megabyte too much": (b'{"name": "' + b"x" * 1_100_000 + b'"}', (413,)),
    "a list": (b"[]", (422,)),
    "text": (b'"hello"', (422,)),
    "a number": (b"12", (422,)),
    "nothing but null": (b"null", (422,)),
    "a null byte in a name": (b'{"\\u0000": 1}', (422,)),
    "an operator of the database": (b'{"$where": "sleep(1000)"}', (422,)),
    "a field that nobody knows": (b'{"surprise": {"a": [1, 2]}}', (422,)),
}


@pytest.mark.parametrize("service", SERVICES)
def test_a_body_that_cannot_be_changes_nothing(stage: Stage, service: str) -> None:
    before = settled(stage, service)
    for command in of(stage, service):
        for body, statuses in BODIES.values():
            said_what_to_do(send(stage, command, body), *statuses)
        surprised = json.dumps({**command.good, "surprise": 1}).encode()
        told = said_what_to_do(send(stage, command, surprised), 422)
        assert any(error["pointer"] == "/surprise" for error in told["errors"])
        for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"):
            said_what_to_do(send(stage, command, json.dumps(command.good).encode(), Content_Type=kind), 415)
    assert state(stage, service) == before


VALUES: tuple[Any, ...] = (
    None, True, -1, 10**30, 1e308, "", "x" * 30_000, "\u0000", "\u202e\u2066", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "9999-12-31", "P999999999D", "$set", [None], [{}], {"$gt": ""}, ["x"] * 3000,
)  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
def test_a_value_of_the_wrong_kind_is_told_and_never_breaks_anything(stage: Stage, service: str) -> None:
    for command in of(stage, service):
        if command.path.endswith("/end"):
            continue  # a value that happens to be right would end the story
        for name in command.good:
            for value in VALUES:
                reply = send(stage, command, json.dumps({**command.good, name: value}).encode())
                if not reply.ok:
                    told = said_what_to_do(reply)
                    if reply.status_code == 422 and "errors" in told:
                        assert all(error["detail"] for error in told["errors"])


def test_a_body_in_chunks_is_limited_and_typed_like_any_other(stage: Stage) -> None:
    actor = stage.admin
    headers = {"Authorization": f"Bearer {actor.token()}", "Idempotency-Key": str(uuid.uuid4())}
    url = f"{actor.services['profiles']}/v1/skills"

    def chunks() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(20):
            yield b"x" * 100_000
        yield b'"}'

    before = settled(stage, "profiles")
    kind = {"Content-Type": "application/json"}
    said_what_to_do(requests.post(url, data=chunks(), headers={**headers, **kind}, timeout=15), 413)
    plain = iter([b'{"name": "chunked"}'])
    said_what_to_do(requests.post(url, data=plain, headers={**headers, "Content-Type": "text/plain"}, timeout=15), 415)
    assert state(stage, "profiles") == before
