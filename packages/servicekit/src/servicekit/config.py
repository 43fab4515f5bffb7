"""What a process is told by its environment: read once, every missing or bad name reported together."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class BadSettings(Exception):
    """The environment lacks names or gives values that cannot be; the message names each one, a line in all."""


class Environment:
    """Typed reading of environment variables that collects what is wrong until `check`."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._problems: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        """The value; without a default it must be there."""
        value = self._variables.get(name, "").strip()
        if value:
            return value
        if default is None:
            self._problems.append(f"{name} is not set")
            return ""
        return default

    def integer(self, name: str, default: int | None = None, least: int = 1, most: int = 1_000_000) -> int:
        """A whole number from `least` to `most`."""
        value = self.text(name, None if default is None else str(default))
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or not least <= number <= most:
            self._refuse(name, value, f"must be a whole number from {least} to {most}")
            return least
        return number

    def seconds(self, name: str, default: float | None = None) -> float:
        """A duration in seconds, above zero."""
        value = self.text(name, None if default is None else str(default))
        try:
            number = float(value)
        except ValueError:
            number = 0.0
        if not 0 < number < float("inf"):
            self._refuse(name, value, "must be a number of seconds above zero")
            return 1.0
        return number

    def flag(self, name: str, default: bool | None = None) -> bool:
        """`true` or `false`."""
        value = self.text(name, None if default is None else str(default)).lower()
        if value not in ("true", "false"):
            self._refuse(name, value, "must be true or false")
        return value == "true"

    def url(self, name: str, default: str | None = None, schemes: tuple[str, ...] = ("http", "https")) -> str:
        """An address with a scheme and a host."""
        value = self.text(name, default)
        try:
            parts = urlsplit(value)
            good = parts.scheme in schemes and bool(parts.netloc)
        except ValueError:
            good = False
        if not good:
            self._refuse(name, value.split("@")[-1], f"must be an address such as {schemes[0]}://host:port")
        return value

    def secret(self, name: str, least: int = 32) -> str:
        """A secret of at least `least` characters; no message ever repeats it."""
        value = self.text(name)
        if value and len(value) < least:
            self._problems.append(f"{name} must have at least {least} characters")
        return value

    def matching(self, name: str, pattern: str, meaning: str, default: str | None = None) -> str:
        """Text of one shape, for example `host:port`."""
        value = self.text(name, default)
        if value and not re.fullmatch(pattern, value):
            self._refuse(name, value, f"must be {meaning}")
        return value

    def prefixes(self, stem: str, names: str) -> dict[str, str]:
        """What the names of repeated settings begin with, by the name of each: `{"staff": "OIDC_STAFF_"}`.

        Where `names` lists none, there is one without a name: `{"": "OIDC_"}`.
        """
        word = r"[a-z][a-z0-9]{0,30}"
        listed = self.matching(names, rf"{word}(,{word})*", "names such as staff,partners", default="")
        if not listed:
            return {"": f"{stem}_"}
        return {name: f"{stem}_{name.upper()}_" for name in listed.split(",")}

    def check(self) -> None:
        """Refuse what was wrong.

        Raises:
            BadSettings: naming every variable and what to write.
        """
        if self._problems:
            raise BadSettings("; ".join(self._problems))

    def _refuse(self, name: str, value: str, rule: str) -> None:
        if value:
            self._problems.append(f"{name} {rule}, not {value!r}")


_HOST_PORT = r"[^\s:,]*:\d{1,5}"
TOPIC_PREFIX = r"[a-z0-9][a-z0-9_-]{0,62}"


@dataclass(frozen=True, kw_only=True)
class KafkaSettings:
    """How to reach the broker, and what the topics are called there.

    `prefix` replaces the leading `mentormesh` of topics, groups and transactional ids. `fenced` asks the broker to
    fence a relay that lost its lease (transactions); a broker without transactions needs `false`. `patience` is how
    many seconds a start waits for the broker.
    """

    bootstrap: str
    prefix: str = "mentormesh"
    fenced: bool = True
    replication: int = 1
    patience: float = 60.0
    security: str = "PLAINTEXT"
    sasl_mechanism: str = ""
    username: str = ""
    password: str = ""
    ca_file: str = ""


@dataclass(frozen=True, kw_only=True)
class KitSettings:
    """What every service is told; a service's own `Settings` extends it.

    `generation` counts how often the service's database was restored from a backup, from 1: its sequences go on from
    where the backup was, and consumers compare (generation, sequence). Rates are per minute, 0 is without limit.
    """

    service: str
    mongodb_uri: str
    mongodb_database: str
    generation: int
    kafka: KafkaSettings
    token_issuer: str
    token_audience: str
    jwks_url: str
    cursor_secret: str
    bind: str
    metrics_bind: str
    web_workers: int
    web_threads: int
    log_level: str
    person_rate: int = 0
    client_rate: int = 0

    @property
    def kafka_bootstrap(self) -> str:
        """`host:port`, several with commas."""
        return self.kafka.bootstrap

    @property
    def topic_prefix(self) -> str:
        """What topics begin with on this broker."""
        return self.kafka.prefix

    @staticmethod
    def read(env: Environment, *, service: str) -> dict[str, Any]:
        """The kit's part of a service's settings, as keyword arguments."""
        return {
            "service": service,
            "mongodb_uri": env.url("MONGODB_URI", schemes=("mongodb", "mongodb+srv")),
            "mongodb_database": env.text("MONGODB_DATABASE", default=service),
            "generation": env.integer("GENERATION", default=1),
            "kafka": _kafka(env),
            "token_issuer": env.url("TOKEN_ISSUER"),
            "token_audience": env.text("TOKEN_AUDIENCE", default="mentormesh"),
            "jwks_url": env.url("JWKS_URL"),
            "cursor_secret": env.secret("CURSOR_SECRET"),
            "bind": env.matching("BIND", _HOST_PORT, "host:port", default="127.0.0.1:8000"),
            "metrics_bind": env.matching("METRICS_BIND", _HOST_PORT, "host:port", default="127.0.0.1:9100"),
            "web_workers": env.integer("WEB_WORKERS", default=1, most=64),
            "web_threads": env.integer("WEB_THREADS", default=8, most=256),
            "person_rate": env.integer("RATE_LIMIT_PERSON", default=600, least=0),
            "client_rate": env.integer("RATE_LIMIT_CLIENT", default=6000, least=0),
            "log_level": env.matching("LOG_LEVEL", "debug|info|warning|error", "debug, info, warning or error", "info"),
        }


def _kafka(env: Environment) -> KafkaSettings:
    bootstrap = rf"{_HOST_PORT}(,{_HOST_PORT})*"
    security = "PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL"
    return KafkaSettings(
        bootstrap=env.matching("KAFKA_BOOTSTRAP", bootstrap, "host:port, several with commas"),
        prefix=env.matching("TOPIC_PREFIX", TOPIC_PREFIX, "lower-case letters, digits, - and _", default="mentormesh"),
        fenced=env.flag("KAFKA_TRANSACTIONS", default=True),
        replication=env.integer("KAFKA_REPLICATION", default=1, most=9),
        patience=env.seconds("BROKER_PATIENCE", default=60.0),
        security=env.matching("KAFKA_SECURITY", security, f"one of {security.replace('|', ', ')}", default="PLAINTEXT"),
        sasl_mechanism=env.text("KAFKA_SASL_MECHANISM", default=""),
        username=env.text("KAFKA_USERNAME", default=""),
        password=env.text("KAFKA_PASSWORD", default=""),
        ca_file=env.text("KAFKA_CA_FILE", default=""),
    )


def metrics_directory() -> str | None:
    """Where several web processes share their figures (a name that prometheus_client itself reads), or None."""
    return os.environ.get("PROMETHEUS_MULTIPROC_DIR")


def with_metrics_directory(directory: str) -> dict[str, str]:
    """This process's environment, with that directory."""
    return {**os.environ, "PROMETHEUS_MULTIPROC_DIR": directory}
