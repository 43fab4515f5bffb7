"""What the command line is told by its environment; no other room of it reads a variable."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

KAFKA_IMAGE = "apache/kafka:4.3.1"
MONGO_IMAGE = "mongo:8"


@dataclass(frozen=True, kw_only=True)
class Told:
    """The variables by what they say; empty where one is not set.

    `root` is the local stack's folder, `described` a file that describes another stack, `token` a platform token.
    `kafka` and `mongodb` are addresses, `profiles_url` with `client_id` and `client_secret` those of the people API.
    `backing` is what tests run on, `cache` the folder of what all stacks of a user share.
    """

    root: str
    described: str
    token: str
    kafka: str
    mongodb: str
    profiles_url: str
    client_id: str
    client_secret: str
    backing: str
    kafka_image: str
    mongo_image: str
    docker_host: str
    cache: Path

    @classmethod
    def from_env(cls, variables: Mapping[str, str] = os.environ) -> "Told":
        """Read the environment as it is now."""
        return cls(
            root=variables.get("MENTORMESH_LOCAL", ""),
            described=variables.get("MENTORMESH_STACK", ""),
            token=variables.get("MENTORMESH_TOKEN", ""),
            kafka=variables.get("KAFKA_BOOTSTRAP", ""),
            mongodb=variables.get("MONGODB_URI", ""),
            profiles_url=variables.get("PROFILES_URL", "").rstrip("/"),
            client_id=variables.get("CLIENT_ID", ""),
            client_secret=variables.get("CLIENT_SECRET", ""),
            backing=variables.get("MENTORMESH_BACKING", ""),
            kafka_image=variables.get("KAFKA_IMAGE", KAFKA_IMAGE),
            mongo_image=variables.get("MONGO_IMAGE", MONGO_IMAGE),
            docker_host=variables.get("DOCKER_HOST", "unix:///var/run/docker.sock"),
            cache=Path(variables.get("XDG_CACHE_HOME") or Path.home() / ".cache"),
        )


def inherited(beside: Mapping[str, str]) -> dict[str, str]:
    """What a process that we start is told: all that we are, and what is for it alone."""
    return {**os.environ, **beside}


def keep_containers() -> None:
    """Have the library for containers leave what it started to whoever removes it, unless somebody said otherwise."""
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
