"""What is another's, or is not there at all, is told of to nobody."""

import json
from typing import Any

import pytest
from spoiling import SERVICES, UNKNOWN, said_what_to_do, settled, state
from staged import Stage

pytestmark = pytest.mark.stack


def foreign(stage: Stage) -> list[tuple[str, str, str, int]]:
    """What Eve, an employee without a part, may not touch; and how she is told."""
    s = stage
    verbs = [
        ("matching", "POST", f"/requests/{s.request_id}/{verb}", 404) for verb in ("accept", "decline", "withdraw")
    ]
    verbs += [("matching", "POST", f"/mentorships/{s.mentorship_id}/{verb}", 404) for verb in ("pause", "resume")]
    verbs += [("matching", "POST", f"/programs/{s.program_id}/{verb}", 403) for verb in ("open", "start", "close")]
    verbs += [("feedback", "POST", f"/sessions/{s.session_id}/{verb}", 404) for verb in ("hold", "miss", "cancel")]
    reads = [
        ("profiles", "GET", f"/people/{s.ana.id}/profile", 403),
        ("profiles", "GET", f"/people/{s.ana.id}/history", 403),
        ("profiles", "GET", "/directory?q=ana", 403),
        ("profiles", "GET", "/clients", 403),
        ("matching", "GET", f"/requests/{s.request_id}", 404),
        ("matching", "GET", f"/mentorships/{s.mentorship_id}", 404),
        ("feedback", "GET", f"/mentorships/{s.mentorship_id}/journey", 404),
        ("feedback", "GET", f"/mentorships/{s.mentorship_id}/sessions", 404),
        ("feedback", "GET", f"/sessions/{s.session_id}", 404),
        ("feedback", "GET", f"/sessions/{s.session_id}/review", 404),
        ("notifications", "POST", f"/messages/{s.message_id}/read", 404),
        ("notifications", "POST", f"/messages/{s.message_id}/archive", 404),
        ("notifications", "GET", "/events", 403),
    ]
    return [*verbs, *reads]


def test_a_stranger_is_told_of_nothing_that_is_not_theirs(stage: Stage) -> None:
    before = [settled(stage, service) for service in SERVICES]
    for service, method, path, status in foreign(stage):
        told = said_what_to_do(stage.eve.actor.call(method, service, path, {} if method == "POST" else None), status)
        assert "Ana" not in json.dumps(told)
    assert [state(stage, service) for service in SERVICES] == before


def test_what_is_not_there_looks_as_what_is_not_ones_own(stage: Stage) -> None:
    """404 for both, in the same words but for the id: nobody finds out what exists by asking."""
    for service, method, path, status in foreign(stage):
        real = next((one for one in vars(stage).values() if isinstance(one, str) and one in path), None)
        if status != 404 or real is None:
            continue
        prefix = real.partition("_")[0]
        missing = f"{prefix}_{UNKNOWN}"
        body: dict[str, Any] | None = {} if method == "POST" else None
        known = said_what_to_do(stage.eve.actor.call(method, service, path, body), 404)
        unknown = said_what_to_do(stage.eve.actor.call(method, service, path.replace(real, missing), body), 404)
        assert known["detail"].replace(real, "?") == unknown["detail"].replace(missing, "?")


@pytest.mark.parametrize(
    "id", ["%00", "prs_", "..%2f..", "%ff%fe", "x" * 3000, "%F0%9F%98%80", "$ne", "[object]", "-1"]
)
def test_an_id_of_another_kind_is_not_found(stage: Stage, id: str) -> None:
    ana, cara, admin = stage.ana.actor, stage.cara.actor, stage.admin
    for actor, service, path in (
        (admin, "profiles", f"/people/{id}"), (admin, "profiles", f"/clients/{id}"),
        (admin, "profiles", f"/people/{id}/profile"),
        (cara, "matching", f"/programs/{id}"), (cara, "matching", f"/enrolments/{id}"),
        (ana, "matching", f"/requests/{id}"), (ana, "matching", f"/mentorships/{id}"),
        (ana, "matching", f"/programs/{id}/recommendations"),
        (ana, "feedback", f"/mentorships/{id}/journey"), (ana, "feedback", f"/sessions/{id}"),
        (cara, "feedback", f"/programs/{id}/health"),
    ):  # fmt: skip
        said_what_to_do(actor.call("GET", service, path), 404, 405)
    for service, path in (("notifications", f"/messages/{id}/read"), ("feedback", f"/sessions/{id}/hold")):
        said_what_to_do(ana.call("POST", service, path, {}), 404, 405)
    # An id of another aggregate is no better.
    said_what_to_do(ana.call("GET", "matching", f"/mentorships/{stage.request_id}"), 404)
    said_what_to_do(ana.call("GET", "feedback", f"/sessions/{stage.mentorship_id}"), 404)
