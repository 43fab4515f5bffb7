"""`mentormesh people` against the people API itself, in memory, with the worker at work between two looks."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from click.testing import CliRunner, Result
from flask import Flask

from mentormesh import people as commands
from mentormesh.__main__ import main
from profiles import repository
from profiles.app import assemble
from profiles.config import Settings
from profiles.domain.errors import InvalidGrant
from profiles.imports.work import work_through
from profiles.issuer.keys import new_signing_key
from profiles.issuer.provider import Trust
from profiles.ports import Identity
from profiles.use_cases.clients import create_client
from profiles.use_cases.setup import ensure_signing_key
from servicekit.caller import Caller
from servicekit.clock import SystemClock
from servicekit.config import KafkaSettings
from servicekit.store import Catalogue
from servicekit.testing import MemoryStore

SECRET = "a-secret-that-seals-the-signing-key"
SIGNING_KEY = new_signing_key(SECRET, datetime(2026, 1, 1, tzinfo=UTC))
URL = "http://profiles.test"
HEADER = "external_id,email,name,department,status\n"
STAFF = [f"E-{n},p{n}@example.com,Person {n},Research,active\n" for n in range(20)]
Memory = MemoryStore[repository.Unit]


class Nobody:
    """An identity provider that nobody signs in at."""

    def identify(self, id_token: str) -> Identity:
        raise InvalidGrant("Nobody signs in here.")


@pytest.fixture
def store() -> Memory:
    return MemoryStore(unit=repository.Unit, catalogue=Catalogue(repository.DOCUMENTS), service="profiles")


@pytest.fixture
def app(store: Memory) -> Flask:
    ensure_signing_key(store, SystemClock(), lambda now: SIGNING_KEY)
    settings = Settings(
        service="profiles",
        mongodb_uri="mongodb://unused",
        mongodb_database="profiles",
        generation=1,
        kafka=KafkaSettings(bootstrap="unused:9092"),
        token_issuer=URL,
        token_audience="mentormesh",
        jwks_url=f"{URL}/.well-known/jwks.json",
        cursor_secret="c" * 32,
        bind="127.0.0.1:0",
        metrics_bind="127.0.0.1:0",
        web_workers=1,
        web_threads=1,
        log_level="warning",
        signing_key_secret=SECRET,
        portal_client_id="portal",
        portal_client_secret="the-portal-s-own-secret-of-this-test",
        providers=(Trust(issuer="https://idp.test", audience="portal"),),
        default_time_zone="UTC",
        people_admin="",
        import_leavers=10,
    )
    return assemble(settings, store, SystemClock(), Nobody())


@pytest.fixture
def run(app: Flask, store: Memory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """Runs `people import` on these rows."""
    platform = Caller.system("profiles")
    client = create_client(store, SystemClock(), platform, "its secret", "HR", ("people:write",), ())
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", lambda self, sent, **options: answer(app, sent))
    # Whoever waits for the worker lets it work.
    monkeypatch.setattr(commands.time, "sleep", lambda seconds: work_through("UTC")(store, SystemClock()))
    file = tmp_path / "hr.csv"

    def running(rows: list[str], *options: str, header: str = HEADER) -> Result:
        file.write_text(header + "".join(rows))
        environment = {"PROFILES_URL": URL, "CLIENT_ID": client.id, "CLIENT_SECRET": "its secret"}
        return CliRunner(env=environment).invoke(main, ["people", "import", str(file), *options])

    return running


def answer(app: Flask, sent: requests.PreparedRequest) -> requests.Response:
    """The reply of the application, as if it had come over the wire."""
    parts = urlsplit(str(sent.url))
    body = sent.body.read() if hasattr(sent.body, "read") else sent.body
    given = app.test_client().open(
        parts.path, method=sent.method, query_string=parts.query, data=body, headers=dict(sent.headers)
    )
    reply = requests.Response()
    reply.status_code = given.status_code
    reply.headers.update(dict(given.headers))
    reply.raw = io.BytesIO(given.data)
    reply.url, reply.request = str(sent.url), sent
    return reply


def names(store: Memory, status: str = "active") -> set[str]:
    return {row["facts"]["name"] for row in store.held("people") if row["status"] == status}


def test_a_dry_run_shows_who_would_join_and_writes_nothing(run: Callable[..., Result], store: Memory) -> None:
    told = run(STAFF, "--dry-run")
    assert told.exit_code == 0, told.output
    assert "20 join" in told.output
    assert "Person 0" in told.output
    assert "Nothing was written." in told.output
    assert names(store) == set()
    assert {row["state"] for row in store.held("imports")} == {"cancelled"}


def test_a_file_is_previewed_carried_out_and_again_changes_nothing(run: Callable[..., Result], store: Memory) -> None:
    told = run(STAFF)
    assert told.exit_code == 0, told.output
    assert "Done: 20 join." in told.output
    assert len(names(store)) == 20
    again = run(STAFF, "--json")
    # The service runs in this process and logs in front of it.
    told_as_json = again.stdout[again.stdout.index("{\n") :]
    assert json.loads(told_as_json)["done"]["unchanged"] == 20


def test_many_leavers_are_confirmed_by_their_number_and_by_no_other(run: Callable[..., Result], store: Memory) -> None:
    run(STAFF)
    for options in ((), ("--confirm-leavers", "18")):
        told = run(STAFF[:1], *options)
        assert told.exit_code == commands.EXIT_TO_CONFIRM, told.output
        assert "This would end 19 people" in told.output
        assert len(names(store)) == 20
    told = run(STAFF[:1], "--confirm-leavers", "19")
    assert told.exit_code == 0, told.output
    assert (names(store), len(names(store, "left"))) == ({"Person 0"}, 19)


def test_refused_rows_are_in_a_file_and_the_others_are_carried_out(
    run: Callable[..., Result], store: Memory, tmp_path: Path
) -> None:
    errors = tmp_path / "errors.csv"
    told = run([*STAFF[:2], "E-77,no address,Somebody,Research,active\n"], "--errors", str(errors))
    assert told.exit_code == commands.EXIT_ROWS_REFUSED, told.output
    assert names(store) == {"Person 0", "Person 1"}
    [row] = csv.DictReader(io.StringIO(errors.read_text()))
    assert (row["line"], row["column"]) == ("4", "email")
    assert str(errors) in told.output


def test_a_file_that_cannot_be_read_is_refused_in_one_line(run: Callable[..., Result], store: Memory) -> None:
    told = run(["x\n"], header="nonsense\n")
    assert told.exit_code == 1
    assert "cannot be read" in told.output
    assert "Traceback" not in told.output


def test_an_import_goes_on_where_a_busy_service_and_a_dead_worker_left_it(
    run: Callable[..., Result], store: Memory, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    busy = requests.Response()
    busy.status_code = 503

    def send(self: Any, sent: requests.PreparedRequest, **options: Any) -> requests.Response:
        nonlocal looks
        if sent.method == "GET":
            looks += 1
            if looks % 2:
                return busy
        return answer(app, sent)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    told = run(STAFF)
    assert told.exit_code == 0, told.output
    assert len(names(store)) == 20
    assert looks > 4


@pytest.fixture
def described(tmp_path: Path) -> dict[str, Any]:
    services = {name: f"http://{name}.test" for name in ("profiles", "matching", "feedback", "notifications")}
    return {"services": services, "portal": "http://portal.test"}


def exported(tmp_path: Path, described: dict[str, Any]) -> tuple[Result, Path]:
    (tmp_path / "stack.json").write_text(json.dumps(described))
    out = tmp_path / "archive.zip"
    environment = {"MENTORMESH_STACK": str(tmp_path / "stack.json"), "MENTORMESH_TOKEN": "a token"}
    return CliRunner(env=environment).invoke(main, ["people", "export", "prs_1", "--out", str(out)]), out


def test_an_archive_has_the_portal_s_part_too_and_half_of_one_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, described: dict[str, Any]
) -> None:
    asked = []

    def send(self: Any, sent: requests.PreparedRequest, **options: Any) -> requests.Response:
        asked.append((sent.url, sent.headers["Authorization"]))
        part = {"service": str(urlsplit(str(sent.url)).hostname).partition(".")[0], "person_id": "prs_1",
                "made_at": "2027-01-11T09:00:00Z", "about": {"things": "Why."}, "data": {"things": []},
                "schema": {}}  # fmt: skip
        reply = requests.Response()
        reply.status_code, reply.raw = 200, io.BytesIO(json.dumps(part).encode())
        return reply

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    told, out = exported(tmp_path, described)
    assert told.exit_code == 0, told.output
    with zipfile.ZipFile(out) as zipped:
        assert {f"{name}.json" for name in (*described["services"], "portal")} <= set(zipped.namelist())
    assert ("http://portal.test/v1/people/prs_1/data", "Bearer a token") in asked
    out.unlink()
    told, out = exported(tmp_path, described | {"portal": None})
    assert told.exit_code == 1
    assert "portal" in told.output
    assert not out.exists()
