"""The HTTP edge over a tiny service: problems, keys, versions, cursors, tokens."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicekit import web
from servicekit.caller import Caller
from servicekit.entity import Entity
from servicekit.permissions import PUBLIC, Permissions, employee, role, rule
from servicekit.refusals import Refusal
from servicekit.store import Catalogue, Documents, Unit
from servicekit.testing import FrozenClock, MemoryStore
from servicekit.testing.permissions import gaps
from servicekit.testing.web import Issuer
from servicekit.web.rates import Rates
from servicekit.web.schema import Schema, Text, Whole

ANA = "prs_ana"


@dataclass(frozen=True, kw_only=True)
class Note(Entity):
    text: str
    stars: int = 1


class NoteSchema(Schema):
    id = Text(dump_only=True)
    text = Text(most=20, least=1, required=True)
    stars = Whole(1, 5, load_default=1)


class TooManyNotes(Refusal):
    """Nobody needs more than two."""


PERMISSIONS = Permissions(
    {"note.make": rule(employee), "note.read": rule(employee), "note.change": rule(role("editor")), "door": PUBLIC}
)
notes = web.blueprint("notes")


@notes.post("/notes")
@web.operation("note.make", creates=True)
@notes.arguments(NoteSchema)
@notes.response(201, NoteSchema)
def make_note(body: dict[str, Any]) -> Any:
    def make(store: Any, caller: Caller) -> Note:
        def work(unit: Unit) -> Note:
            if unit.count(Note, {}) >= 2:
                raise TooManyNotes("Two notes are enough.")
            return unit.save(Note(id=f"not_{unit.count(Note, {})}", **body))

        return store.atomically(work)  # type: ignore[no-any-return]

    return web.command(make, NoteSchema, 201, location=lambda note: f"/v1/notes/{note.id}")


@notes.get("/notes")
@web.operation("note.read")
@notes.response(200, NoteSchema(many=True))
def list_notes() -> Any:
    found = web.store().reading(lambda unit: unit.find(Note, {}))
    return web.page(found[: web.limit()], NoteSchema, {"after": "not_0"}, seen=web.cursor())


@notes.put("/notes/<note_id>")
@web.operation("note.change", if_match=True)
@notes.arguments(NoteSchema)
@notes.response(200, NoteSchema)
def change_note(body: dict[str, Any], note_id: str) -> Any:
    expected = web.if_match()

    def change(store: Any, caller: Caller) -> Note:
        PERMISSIONS.require(caller, "note.change")
        return store.atomically(  # type: ignore[no-any-return]
            lambda unit: unit.save(replace(unit.require(Note, note_id, expected), **body))
        )

    return web.command(change, NoteSchema)


@notes.get("/door")
@web.operation("door")
@notes.response(200, NoteSchema)
def door() -> Any:
    raise RuntimeError("secret detail")


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def app(issuer: Issuer) -> Flask:
    store = MemoryStore(unit=Unit, catalogue=Catalogue([Documents(Note, "notes")]), service="notes")
    return web.create_app(
        service="notes",
        store=store,
        clock=FrozenClock(),
        blueprints=[notes],
        permissions=PERMISSIONS,
        verifier=issuer.verifier(),
        cursor_secret="s",
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_repeat_with_the_same_key_gets_the_same_reply_and_makes_nothing(client: FlaskClient, issuer: Issuer) -> None:
    headers = {**issuer.bearer(ANA), "Idempotency-Key": "k1"}
    first = client.post("/v1/notes", json={"text": "hello"}, headers=headers)
    again = client.post("/v1/notes", json={"text": "hello"}, headers=headers)
    assert (first.status_code, first.headers["ETag"], first.headers["Location"]) == (201, '"1"', "/v1/notes/not_0")
    assert (again.status_code, again.data, again.headers["ETag"]) == (201, first.data, '"1"')
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(client.get("/v1/notes", headers=issuer.bearer(ANA)).get_json()["items"]) == 1


def test_the_same_key_with_another_body_is_refused(client: FlaskClient, issuer: Issuer) -> None:
    headers = {**issuer.bearer(ANA), "Idempotency-Key": "k1"}
    client.post("/v1/notes", json={"text": "hello"}, headers=headers)
    other = client.post("/v1/notes", json={"text": "other"}, headers=headers)
    assert (other.status_code, other.get_json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")


def test_a_refused_command_stores_no_reply(client: FlaskClient, issuer: Issuer) -> None:
    for key in "ab":
        client.post("/v1/notes", json={"text": "x"}, headers={**issuer.bearer(ANA), "Idempotency-Key": key})
    headers = {**issuer.bearer(ANA), "Idempotency-Key": "c"}
    for _ in range(2):
        refused = client.post("/v1/notes", json={"text": "x"}, headers=headers)
        assert (refused.status_code, refused.get_json()["title"]) == (409, "Too many notes")
        assert "Idempotency-Replayed" not in refused.headers


def test_creating_without_a_key_says_what_to_send(client: FlaskClient, issuer: Issuer) -> None:
    refused = client.post("/v1/notes", json={"text": "hello"}, headers=issuer.bearer(ANA))
    assert refused.status_code == 400
    assert "Idempotency-Key" in refused.get_json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": ""}, "/text"),
        ({"text": "a", "stars": 9}, "/stars"),
        ({"text": "a", "x": 1}, "/x"),
        ({}, "/text"),
        ({"text": "a", "stars": "3"}, "/stars"),
        ({"text": "a\x00b"}, "/text"),
        ([], ""),
    ],
)
def test_each_wrong_value_is_named_by_its_pointer(client: FlaskClient, issuer: Issuer, body: Any, pointer: str) -> None:
    refused = client.post("/v1/notes", json=body, headers={**issuer.bearer(ANA), "Idempotency-Key": "k"})
    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"
    assert pointer in [error["pointer"] for error in refused.get_json()["errors"]]


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b'{"text": NaN}', b'{"text": "\\ud800"}', b"\xff\xfe"])
def test_unreadable_json_is_a_400(client: FlaskClient, issuer: Issuer, body: bytes) -> None:
    headers = {**issuer.bearer(ANA), "Idempotency-Key": "k", "Content-Type": "application/json"}
    refused = client.post("/v1/notes", data=body, headers=headers)
    assert (refused.status_code, refused.content_type) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"a/b": [1, {"c": -Infinity}]}', "-Infinity at /a~1b/1/c is not JSON; write a number"),
        (b'{"a": NaN, "a": 1}', "NaN is not JSON; write a number"),
        (b'{"' + b"a" * 1000 + b'": NaN}', f"NaN at /{'a' * 199} is not JSON; write a number"),
        (b'["NaN", NaN]', "NaN at /1 is not JSON; write a number"),
    ],
)
def test_a_number_that_json_does_not_have_is_told_with_its_place(
    client: FlaskClient, issuer: Issuer, body: bytes, words: str
) -> None:
    headers = {**issuer.bearer(ANA), "Idempotency-Key": "k", "Content-Type": "application/json"}
    refused = client.post("/v1/notes", data=body, headers=headers)
    assert refused.status_code == 400
    assert words in refused.get_json()["detail"]


def test_a_body_of_another_type_or_size_is_refused(client: FlaskClient, issuer: Issuer) -> None:
    headers = {**issuer.bearer(ANA), "Idempotency-Key": "k"}
    assert client.post("/v1/notes", data="text=a", headers=headers).status_code == 415
    assert client.post("/v1/notes", json={"text": "a" * 2_000_000}, headers=headers).status_code == 413


def test_a_change_must_name_the_version_it_changes(client: FlaskClient, issuer: Issuer) -> None:
    client.post("/v1/notes", json={"text": "a"}, headers={**issuer.bearer(ANA), "Idempotency-Key": "k"})
    editor = issuer.bearer(ANA, "editor")
    put = {"json": {"text": "b"}, "headers": editor}
    assert client.put("/v1/notes/not_0", **put).status_code == 428
    assert client.put("/v1/notes/not_0", json={"text": "b"}, headers={**editor, "If-Match": '"7"'}).status_code == 412
    assert client.put("/v1/notes/not_0", json={"text": "b"}, headers={**editor, "If-Match": "x"}).status_code == 400
    changed = client.put("/v1/notes/not_0", json={"text": "b"}, headers={**editor, "If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')


def test_only_cursors_written_here_are_read(client: FlaskClient, issuer: Issuer) -> None:
    page = client.get("/v1/notes", headers=issuer.bearer(ANA)).get_json()
    again = client.get(f"/v1/notes?cursor={page['next']}", headers=issuer.bearer(ANA)).get_json()
    assert again["seen"] == {"after": "not_0"}
    assert client.get("/v1/notes?cursor=made-up", headers=issuer.bearer(ANA)).status_code == 422
    assert client.get("/v1/notes?limit=0", headers=issuer.bearer(ANA)).status_code == 422


def test_forged_expired_and_foreign_tokens_are_refused(client: FlaskClient, issuer: Issuer) -> None:
    refused = [
        {},
        {"Authorization": "Basic abc"},
        {"Authorization": "Bearer abc"},
        Issuer().bearer(ANA),
        issuer.bearer(ANA, exp=1),
        issuer.bearer(ANA, aud="other"),
        issuer.bearer(ANA, iss="https://other.test"),
        issuer.bearer(ANA, kind="root"),
        issuer.bearer(ANA, header={"typ": "JWT"}),
    ]
    for headers in refused:
        answer = client.get("/v1/notes", headers=headers)
        assert answer.status_code == 401, headers
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_fault_reveals_only_its_correlation_id(client: FlaskClient) -> None:
    broken = client.get("/v1/door", headers={"X-Correlation-Id": "follow-me"})
    assert broken.status_code == 500
    assert "secret" not in broken.text
    assert broken.get_json()["correlation_id"] == "follow-me" == broken.headers["X-Correlation-Id"]


def test_an_unknown_address_and_method_are_problems(client: FlaskClient) -> None:
    assert client.get("/nowhere").content_type == "application/problem+json"
    wrong = client.delete("/v1/notes")
    assert (wrong.status_code, wrong.content_type) == (405, "application/problem+json")
    assert "POST" in wrong.headers["Allow"]


def test_every_operation_has_a_row_in_the_table(app: Flask) -> None:
    assert gaps(app, PERMISSIONS) == []
    without = Permissions({name: PUBLIC for name in PERMISSIONS.operations if name != "note.read"})
    assert gaps(app, without) == ["GET /v1/notes: no row for note.read"]


def test_the_document_says_what_the_edge_asks(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    made = document["paths"]["/v1/notes"]["post"]
    assert [parameter["name"] for parameter in made["parameters"]] == ["Idempotency-Key"]
    assert made["security"] == [{"token": []}]
    assert set(made["responses"]) == {"201", "default"}
    assert "security" not in document["paths"]["/v1/door"]["get"]


def test_health_and_figures_need_no_token(client: FlaskClient) -> None:
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert b"mentormesh_http_requests_total" in client.get("/metrics").data


def limited(issuer: Issuer, rates: Rates) -> FlaskClient:
    app = web.create_app(
        service="notes",
        store=MemoryStore(unit=Unit, catalogue=Catalogue([Documents(Note, "notes")]), service="notes"),
        clock=FrozenClock(),
        blueprints=[notes],
        permissions=PERMISSIONS,
        verifier=issuer.verifier(),
        cursor_secret="s",
        rates=rates,
    )
    return app.test_client()


def test_a_client_has_a_share_of_its_own(issuer: Issuer) -> None:
    client = limited(issuer, Rates(person_per_minute=1, client_per_minute=3))
    one, other = (issuer.bearer(name, scope="x") for name in ("cli_1", "cli_2"))
    # Whoever is refused has asked too.
    assert [client.get("/v1/notes", headers=one).status_code for _ in range(4)] == [403, 403, 403, 429]
    assert client.get("/v1/notes", headers=other).status_code == 403
    assert client.get("/v1/notes", headers=issuer.bearer(ANA)).status_code == 200


def test_a_caller_s_share_of_a_minute_is_theirs_alone(issuer: Issuer) -> None:
    client = limited(issuer, Rates(person_per_minute=2, client_per_minute=0))
    statuses = [client.get("/v1/notes", headers=issuer.bearer(ANA)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = client.get("/v1/notes", headers=issuer.bearer(ANA))
    assert refused.get_json()["type"].endswith("/too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 120
    assert client.get("/v1/notes", headers=issuer.bearer("prs_ben")).status_code == 200
    by_client = [client.get("/v1/notes", headers=issuer.bearer("cli_1", scope="x")).status_code for _ in range(5)]
    assert set(by_client) == {403}


def test_whoever_may_in_no_case_is_refused_before_their_body_is_read_and_it_is_audited(
    app: Flask, client: FlaskClient, issuer: Issuer
) -> None:
    reply = client.put("/v1/notes/not_1", data="{broken", headers={**issuer.bearer(ANA), "Content-Type": "text/plain"})
    assert (reply.status_code, reply.get_json()["title"]) == (403, "Forbidden")
    (row,) = app.extensions["mentormesh"].store.held("audit")
    assert (row["actor"], row["action"], row["subject"]) == (ANA, "note.change", "not_1")
    assert row["codes"] == ("refused", "forbidden")


def test_an_address_s_own_words_never_enter_the_audit_log(app: Flask, client: FlaskClient, issuer: Issuer) -> None:
    client.put("/v1/notes/Dear diary", json={}, headers=issuer.bearer(ANA))
    (row,) = app.extensions["mentormesh"].store.held("audit")
    assert row["subject"] == ""
