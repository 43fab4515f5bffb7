"""What every Kafka client of this process is told, and how topics are called on this broker."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kafka.errors import KafkaError

from servicekit.config import KafkaSettings
from servicekit.log import LogUnavailable

_OWN = "mentormesh"
ANSWER_SECONDS = 10


@dataclass(frozen=True)
class Wire:
    """Names at the edge: an installation's prefix replaces the leading `mentormesh`."""

    prefix: str

    def outside(self, name: str) -> str:
        """The name on the broker."""
        return self.prefix + name.removeprefix(_OWN)

    def inside(self, name: str) -> str:
        """The name in the contracts."""
        return _OWN + name.removeprefix(self.prefix)

    def scoped(self, name: str) -> str:
        """A group's or a sender's name on the broker."""
        return f"{self.prefix}.{name}"


def client_options(settings: KafkaSettings, client: str) -> dict[str, Any]:
    """The keyword arguments that all clients share."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap.split(","),
        "client_id": client,
        "security_protocol": settings.security,
        "bootstrap_timeout_ms": ANSWER_SECONDS * 1000,
        "reconnect_backoff_ms": 50,
        "reconnect_backoff_max_ms": 1000,
    }
    if settings.ca_file:
        options["ssl_cafile"] = settings.ca_file
    if settings.sasl_mechanism:
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.username
        options["sasl_plain_password"] = settings.password
    return options


@contextlib.contextmanager
def answering(settings: KafkaSettings, doing: str) -> Iterator[None]:
    """Turn whatever the client raises into the port's own word.

    Raises:
        LogUnavailable: naming the broker and what was being done.
    """
    try:
        yield
    except (KafkaError, OSError, TimeoutError) as failure:
        reason = f"{type(failure).__name__}: {failure}"[:200]
        raise LogUnavailable(f"KAFKA_BOOTSTRAP: {settings.bootstrap} did not serve {doing} ({reason})") from failure
