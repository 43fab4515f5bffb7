"""What hardly is a request: cursors from elsewhere, limits with leading zeros, chunks, bytes that are no HTTP."""

import io
import json
import socket
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.http.errors import (  # type: ignore[import-untyped]  # gunicorn ships no types
    InvalidChunkSize,
    InvalidHeader,
    LimitRequestHeaders,
    LimitRequestLine,
)

from servicekit import web
from servicekit.entity import Entity
from servicekit.permissions import PUBLIC, Permissions, employee, relation, role, rule
from servicekit.store import Catalogue, Documents, Unit
from servicekit.testing import FrozenClock, MemoryStore
from servicekit.testing.web import Issuer
from servicekit.web.schema import Schema, Text
from servicekit.web.unreadable import Worker

ANA = "prs_ana"
edges = web.blueprint("edges")


@dataclass(frozen=True, kw_only=True)
class Leaf(Entity):
    pass


class LeafSchema(Schema):
    id = Text()


@edges.get("/leaves")
@web.operation("leaf.list")
@edges.response(200, LeafSchema)
def list_leaves() -> Any:
    return web.page([], LeafSchema, {"after": "x"}, seen=web.cursor(), limit=web.limit())


@edges.get("/trees")
@web.operation("leaf.list")
@edges.response(200, LeafSchema)
def list_trees() -> Any:
    return web.page([], LeafSchema, {"before": 3}, seen=web.cursor())


@edges.post("/leaves")
@web.operation("leaf.grow")
@edges.arguments(LeafSchema)
@edges.response(200, LeafSchema)
def grow_leaf(body: dict[str, Any]) -> Any:
    return web.reply(Leaf(id="lef_1"), LeafSchema)


@edges.get("/leaves/<leaf_id>")
@web.operation("leaf.read")
@edges.response(200, LeafSchema)
def read_leaf(leaf_id: str) -> Any:
    if leaf_id == "hidden":
        PERMISSIONS.require(web.caller(), "leaf.read", knows=False)
    return web.reply(web.store().reading(lambda unit: unit.require(Leaf, leaf_id)), LeafSchema)


@edges.get("/broken")
@web.operation("leaf.broken")
@edges.response(200, LeafSchema)
def broken() -> Any:
    raise InvalidChunkSize(b"zz")


PERMISSIONS = Permissions(
    {
        "leaf.list": rule(employee),
        "leaf.grow": rule(employee),
        "leaf.read": rule(role("gardener"), relation("planter")),
        "leaf.broken": PUBLIC,
    }
)


def app_of(service: str, issuer: Issuer) -> Flask:
    return web.create_app(
        service=service,
        store=MemoryStore(unit=Unit, catalogue=Catalogue([Documents(Leaf, "leaves")]), service=service),
        clock=FrozenClock(),
        blueprints=[edges],
        permissions=PERMISSIONS,
        verifier=issuer.verifier(),
        cursor_secret="s",
    )


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def client(issuer: Issuer) -> FlaskClient:
    return app_of("leaves", issuer).test_client()


def test_a_cursor_continues_the_list_that_gave_it_and_no_other(client: FlaskClient, issuer: Issuer) -> None:
    bearer = issuer.bearer(ANA)
    cursor = client.get("/v1/leaves", headers=bearer).get_json()["next"]
    assert client.get(f"/v1/leaves?cursor={cursor}", headers=bearer).get_json()["seen"] == {"after": "x"}
    assert client.get(f"/v1/trees?cursor={cursor}", headers=bearer).status_code == 422


def test_the_cursor_of_another_service_is_refused_though_they_share_the_secret(issuer: Issuer) -> None:
    cursor = app_of("woods", issuer).test_client().get("/v1/leaves", headers=issuer.bearer(ANA)).get_json()["next"]
    here = app_of("leaves", issuer).test_client()
    assert here.get(f"/v1/leaves?cursor={cursor}", headers=issuer.bearer(ANA)).status_code == 422


@pytest.mark.parametrize("limit", ["0000000019999", "000000001" + "0" * 5000, "9" * 5000])
def test_leading_zeros_do_not_lift_the_limit(client: FlaskClient, issuer: Issuer, limit: str) -> None:
    assert client.get(f"/v1/leaves?limit={limit}", headers=issuer.bearer(ANA)).status_code == 422


def test_what_may_not_be_seen_is_answered_as_what_is_not_there(client: FlaskClient, issuer: Issuer) -> None:
    hidden, missing = (
        client.get(f"/v1/leaves/{id}", headers=issuer.bearer(ANA)).get_json() for id in ("hidden", "missing")
    )
    assert hidden["status"] == 404
    assert {**hidden, "instance": "", "correlation_id": ""} == {**missing, "instance": "", "correlation_id": ""}


def test_a_body_wrong_in_a_thousand_places_is_told_of_the_first(client: FlaskClient, issuer: Issuer) -> None:
    body = {f"field{n}": n for n in range(1000)}
    told = client.post("/v1/leaves", json=body, headers=issuer.bearer(ANA)).get_json()
    assert (told["status"], len(told["errors"])) == (422, 50)


def test_json_is_utf8(client: FlaskClient, issuer: Issuer) -> None:
    headers = {**issuer.bearer(ANA), "Content-Type": "application/json"}
    assert client.post("/v1/leaves", data=b'{"id": "x"}', headers=headers).status_code == 200
    assert client.post("/v1/leaves", data='{"id": "x"}'.encode("utf-16"), headers=headers).status_code == 400


def test_a_body_in_chunks_must_be_json_too(client: FlaskClient, issuer: Issuer) -> None:
    headers = {**issuer.bearer(ANA), "Transfer-Encoding": "chunked", "Content-Type": "text/plain"}
    assert client.post("/v1/leaves", headers=headers).status_code == 415


def test_a_body_in_chunks_has_the_limit_of_any_other(client: FlaskClient, issuer: Issuer) -> None:
    headers = {**issuer.bearer(ANA), "Transfer-Encoding": "chunked", "Content-Type": "application/json"}
    body = io.BytesIO(b'{"id": "' + b"x" * 2_000_000 + b'"}')
    chunked = {"wsgi.input_terminated": True}
    reply = client.post("/v1/leaves", headers=headers, input_stream=body, environ_overrides=chunked)
    assert reply.status_code == 413


def test_chunks_that_are_none_are_the_clients_fault(client: FlaskClient) -> None:
    reply = client.get("/v1/broken")
    assert (reply.status_code, reply.get_json()["title"]) == (400, "Malformed")


@pytest.mark.parametrize(
    ("error", "status"),
    [(LimitRequestHeaders("long"), 431), (LimitRequestLine(9, 8), 414), (InvalidHeader("x\x00<b>"), 400)],
)
def test_bytes_that_no_application_sees_are_answered_by_a_problem(error: Exception, status: int) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        Worker.handle_error(object.__new__(Worker), None, ours, None, error)
        ours.shutdown(socket.SHUT_WR)
        head, _, body = theirs.recv(65536).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"application/problem+json" in head
    told = json.loads(body)
    assert told["status"] == status
    assert "<b>" not in told["detail"]


def test_a_client_that_is_gone_is_not_answered() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        Worker.handle_error(object.__new__(Worker), None, ours, None, InvalidHeader("x"))
