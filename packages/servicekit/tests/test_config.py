"""Settings are read once, and what is wrong with them is said at once; log lines say nothing about people."""

import io
import json
import logging
import sys

import pytest
import structlog

from servicekit import logs, origin
from servicekit.config import BadSettings, Environment, KitSettings
from servicekit.origin import Origin

GOOD = {
    "MONGODB_URI": "mongodb://mongo:27017/?replicaSet=rs0",
    "KAFKA_BOOTSTRAP": "kafka:9092",
    "TOKEN_ISSUER": "http://profiles:8000",
    "JWKS_URL": "http://profiles:8000/.well-known/jwks.json",
    "CURSOR_SECRET": "0123456789abcdef0123456789abcdef",
}


def read(variables: dict[str, str]) -> KitSettings:
    env = Environment(variables)
    settings = KitSettings(**KitSettings.read(env, service="matching"))
    env.check()
    return settings


def test_a_few_names_are_enough() -> None:
    settings = read(GOOD)
    assert (settings.mongodb_database, settings.topic_prefix, settings.token_audience) == (
        "matching",
        "mentormesh",
        "mentormesh",
    )
    assert settings.kafka.fenced


def test_every_missing_name_is_told_at_once() -> None:
    with pytest.raises(BadSettings) as refused:
        read({})
    for name in GOOD:
        assert f"{name} is not set" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MONGODB_URI", "mongo:27017"),
        ("KAFKA_BOOTSTRAP", "kafka"),
        ("TOPIC_PREFIX", "Mentor Mesh"),
        ("WEB_WORKERS", "0"),
        ("WEB_THREADS", "many"),
        ("KAFKA_TRANSACTIONS", "yes"),
        ("TOKEN_ISSUER", "profiles"),
        ("LOG_LEVEL", "loud"),
        ("BIND", "8000"),
    ],
)
def test_a_bad_value_is_named_with_what_it_must_be(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=f"^{name} must be .*, not "):
        read({**GOOD, name: value})


def test_a_short_secret_is_refused_and_never_shown() -> None:
    with pytest.raises(BadSettings) as refused:
        read({**GOOD, "CURSOR_SECRET": "hunter2"})
    assert "CURSOR_SECRET" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_password_in_an_address_is_never_shown() -> None:
    with pytest.raises(BadSettings) as refused:
        read({**GOOD, "MONGODB_URI": "http://user:hunter2@mongo"})
    assert "hunter2" not in str(refused.value)


def test_a_log_line_tells_its_story_and_nothing_about_people(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", written)
    try:
        logs.configure("matching", "info")
        with origin.working_for(Origin(correlation_id="cor_1", causation_id="evt_1")):
            try:
                raise ValueError("Ana Kovač said no")
            except ValueError as failure:
                structlog.get_logger().error("it-failed", email="ana@example.org", request_id="req_1", exc_info=failure)
            logging.getLogger("library").warning("trouble")
    finally:
        structlog.configure(**before)
        structlog.contextvars.clear_contextvars()
        root.handlers[:], root.level = handlers, level
    ours, theirs = (json.loads(line) for line in written.getvalue().splitlines())
    assert ours["correlation_id"] == "cor_1"
    assert ours["causation_id"] == "evt_1"
    assert (ours["service"], ours["request_id"], ours["failure"]) == ("matching", "req_1", "ValueError")
    assert ours["at"][-1].startswith("test_config.py:")
    assert "Ana" not in written.getvalue()
    assert "ana@" not in written.getvalue()
    assert (theirs["event"], theirs["service"], theirs["correlation_id"]) == ("trouble", "matching", "cor_1")


def test_settings_that_repeat_carry_the_name_of_each() -> None:
    assert Environment({}).prefixes("OIDC", "OIDC_PROVIDERS") == {"": "OIDC_"}
    named = Environment({"OIDC_PROVIDERS": "staff,partners"}).prefixes("OIDC", "OIDC_PROVIDERS")
    assert named == {"staff": "OIDC_STAFF_", "partners": "OIDC_PARTNERS_"}


@pytest.mark.parametrize("listed", ["Staff", "staff,", "a b", "9"])
def test_names_of_settings_that_repeat_are_small_words(listed: str) -> None:
    env = Environment({"OIDC_PROVIDERS": listed})
    env.prefixes("OIDC", "OIDC_PROVIDERS")
    with pytest.raises(BadSettings, match="OIDC_PROVIDERS must be names"):
        env.check()
