"""A repeated key does nothing twice; a key or a version that cannot be is refused."""

import json
import uuid

import pytest
from spoiling import SERVICES, Command, commands, of, said_what_to_do, send, settled, state
from staged import Stage

pytestmark = pytest.mark.stack


def test_a_repeated_key_does_nothing_twice_and_serves_no_other_request(stage: Stage) -> None:
    for command in commands(stage):
        if command.method != "POST" or command.path.endswith(("/end", "/reschedule", "/requests")):
            continue
        key, good = str(uuid.uuid4()), dict(command.good)
        if "email" in good:
            good |= {"email": f"{key}@example.org", "external_id": key}
        if command.path in ("/skills", "/clients"):
            good["name"] += f" {key}"
            good.pop("synonyms", None)
        body = json.dumps(good).encode()
        first = send(stage, command, body, Idempotency_Key=key)
        assert first.ok, first.text
        after = settled(stage, command.service)
        again = send(stage, command, body, Idempotency_Key=key)
        assert (again.status_code, again.headers["Idempotency-Replayed"]) == (first.status_code, "true")
        assert again.json() == {name: value for name, value in first.json().items() if name != "client_secret"}
        told = said_what_to_do(send(stage, command, body + b" ", Idempotency_Key=key), 422)
        assert told["type"].endswith("/idempotency-key-reused")
        assert state(stage, command.service) == after


@pytest.mark.parametrize("service", SERVICES)
def test_a_key_that_is_none_is_refused(stage: Stage, service: str) -> None:
    before = settled(stage, service)
    for command in of(stage, service):
        body = json.dumps(command.good).encode()
        for key in ("x" * 256, "\u00e9\u0085", "a\tb"):
            said_what_to_do(send(stage, command, body, Idempotency_Key=key), 400)
    assert state(stage, service) == before


@pytest.mark.parametrize("service", SERVICES)
def test_a_version_that_is_not_the_present_one_is_refused(stage: Stage, service: str) -> None:
    before = settled(stage, service)
    for command in of(stage, service):
        if command.if_match is None or command.path.endswith("/review"):
            continue  # there is no review to be stale yet
        body = json.dumps(command.good).encode()
        for match, status in (('"999"', 412), ('"0"', 412), ('W/"999"', 412), ("x", 400), ('"1", "2"', 400),
                              ('"' + "9" * 400 + '"', 400), ('"-1"', 400), ('"\u0661"', 400)):  # fmt: skip
            if service == "notifications" and match == '"0"':
                continue  # nothing was chosen yet: that is version 0
            said_what_to_do(send(stage, command, body, If_Match=match.encode()), status)  # type: ignore[arg-type]
        bare = Command(command.service, command.actor, command.method, command.path, command.good)
        said_what_to_do(send(stage, bare, body), 428)
    assert state(stage, service) == before
