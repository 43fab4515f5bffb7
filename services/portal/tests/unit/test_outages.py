"""What a reader sees, and what is kept, while the sessions' database or a service is away."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo.errors import AutoReconnect

from .conftest import SignIn
from .fake_services import FakeServices
from .fake_sessions import FakeSessions
from .test_people import an_administered_world

NEWEST = ("/clients", "/my-sessions", "/erasures", "/imports", "/vocabulary/skills?retired=yes", "/people/prs_ben",
          "/people/prs_ben/answers", "/clients/new")  # fmt: skip


@pytest.fixture
def dora(app: Flask, world: FakeServices, signed_in: SignIn) -> FlaskClient:
    an_administered_world(world)
    # As in production: an exception is answered and not raised.
    app.testing = False
    return signed_in("prs_dora")


def break_the_sessions(sessions: FakeSessions, monkeypatch: pytest.MonkeyPatch, *operations: str) -> None:
    def away(*_: object) -> None:
        raise AutoReconnect("mongodb.internal:27017: connection refused")

    for operation in operations:
        monkeypatch.setattr(sessions, operation, away)


@pytest.mark.parametrize("path", [*NEWEST, "/", "/inbox", "/nothing"])
def test_without_the_sessions_database_a_page_says_so_and_signs_nobody_out(
    dora: FlaskClient, sessions: FakeSessions, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    with monkeypatch.context() as broken:
        break_the_sessions(sessions, broken, "find_one", "find", "update_one", "delete_one", "insert_one")
        reply = dora.get(path)
        assert reply.status_code == 503
        assert "Not available right now" in reply.text
        assert reply.headers["Retry-After"]
        assert "Set-Cookie" not in reply.headers
        assert "27017" not in reply.text
        assert reply.text.count("<h1") == 1
    assert dora.get("/clients").status_code == 200


def test_a_form_sent_without_the_sessions_database_changes_nothing_and_says_so(
    dora: FlaskClient, world: FakeServices, sessions: FakeSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(world.clients)
    with monkeypatch.context() as broken:
        break_the_sessions(sessions, broken, "find_one")
        reply = dora.post("/clients/new", data={"name": "Bot", "scopes": ["people:read"]})
    assert reply.status_code == 503
    assert len(world.clients) == before


def test_a_page_whose_session_cannot_be_kept_any_more_says_so(
    dora: FlaskClient, sessions: FakeSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    dora.get("/clients")
    with monkeypatch.context() as broken:
        break_the_sessions(sessions, broken, "find")
        reply = dora.get("/my-sessions")
    assert reply.status_code == 503
    assert "Not available right now" in reply.text


@pytest.mark.parametrize("path", [path for path in NEWEST if path not in ("/my-sessions", "/clients/new")])
def test_without_profiles_the_newest_pages_say_so(dora: FlaskClient, world: FakeServices, path: str) -> None:
    world.silent.add("profiles")
    reply = dora.get(path)
    assert reply.status_code == 503
    assert "Not available right now" in reply.text
    assert "Traceback" not in reply.text


def test_a_client_s_form_keeps_what_was_typed_where_profiles_is_away(dora: FlaskClient, world: FakeServices) -> None:
    page = dora.get("/clients/new").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    world.silent.add("profiles")
    typed = {"csrf_token": token, "name": "Nightly export", "scopes": ["people:read"]}
    reply = dora.post("/clients/new", data=typed, base_url="https://portal.test",
                      headers={"Referer": "https://portal.test/clients/new"})  # fmt: skip
    assert reply.status_code == 422
    assert 'value="Nightly export"' in reply.text
    assert "does not answer right now" in reply.text
