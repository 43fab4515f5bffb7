"""pytest plugin: real backing services for the tests, started once for a run, and a word on what they certify.

The order is that of the design: addresses from the environment (`KAFKA_BOOTSTRAP` and `MONGODB_URI`); Docker, where an
engine answers and its images start; else the local stack on free ports in a folder of its own. `MENTORMESH_BACKING` =
`environment`, `docker` or `local` takes one and no other. With pytest-xdist all workers share one.
"""

import fcntl
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from mentormesh.config import Told

_SHARED = "MENTORMESH_TEST_FOLDER"
_ORDER = ("environment", "docker", "local")


@dataclass(frozen=True)
class Backing:
    """Where the tests' broker and document server listen, and what a green run over them certifies."""

    origin: str
    kafka: str
    mongodb: str
    certifies: str


@pytest.fixture(scope="session")
def stack_backing() -> Backing:
    """A broker and a document server; use names of your own in them (see `own_name`)."""
    with _shared("backing") as known:
        return Backing(**known) if known else _remember("backing", _choose())


@pytest.fixture
def own_name() -> str:
    """A name that no other test has: for databases, topic prefixes and consumer groups."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def platform() -> dict[str, Any]:
    """The whole platform, as `stack.json` describes it: that of `MENTORMESH_STACK`, else one started for this run."""
    if given := Told.from_env().described:
        described: dict[str, Any] = json.loads(Path(given).read_text())
        return described
    from mentormesh.stack import lifecycle
    from mentormesh.stack.folder import Folder

    with _shared("platform") as known:
        if known is None:
            wanted = lifecycle.Wanted(auto_ports=True)
            known = lifecycle.up(Folder(_folder() / "stack"), wanted, lambda part, news: None)
            _write("platform", known)
            _write("backing", asdict(_of_stack(known)))
        return known


def _choose() -> Backing:
    asked = Told.from_env().backing
    if asked and asked not in _ORDER:
        raise pytest.UsageError(f"MENTORMESH_BACKING={asked}: choose environment, docker or local.")
    for origin in [asked] if asked else _ORDER:
        backing = {"environment": _from_environment, "docker": _from_docker, "local": _from_local}[origin]()
        if backing:
            return backing
    raise pytest.UsageError(
        f"MENTORMESH_BACKING={asked}: "
        + ("set KAFKA_BOOTSTRAP and MONGODB_URI." if asked == "environment" else "no container engine answers.")
    )


def _from_environment() -> Backing | None:
    told = Told.from_env()
    kafka, mongodb = told.kafka, told.mongodb
    if not kafka and not mongodb:
        return None
    if not kafka or not mongodb:
        raise pytest.UsageError("Set both KAFKA_BOOTSTRAP and MONGODB_URI for the tests, or neither.")
    return Backing("environment", kafka, mongodb, f"the servers of the environment ({kafka})")


def _from_docker() -> Backing | None:
    from mentormesh.stack import containers

    started = containers.start()
    if started is None:
        return None
    _write("containers", {"ids": started.ids})
    return Backing("docker", started.kafka, started.mongodb, f"{started.kafka_image} and {started.mongo_image}")


def _from_local() -> Backing:
    from mentormesh.stack import lifecycle
    from mentormesh.stack.folder import Folder

    wanted = lifecycle.Wanted(services=(), auto_ports=True)
    return _of_stack(lifecycle.up(Folder(_folder() / "stack"), wanted, lambda part, news: None))


def _of_stack(stack: dict[str, Any]) -> Backing:
    certifies = f"{stack['certifies']['kafka']} and {stack['certifies']['mongodb']}"
    return Backing("local", stack["kafka"], stack["mongodb"], certifies)


def _folder() -> Path:
    return Path(os.environ[_SHARED])


@contextmanager
def _shared(name: str) -> Iterator[dict[str, Any] | None]:
    """Hold the run's folder against the other workers; what one of them wrote under `name`, or None."""
    with (_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield _read(name)


def _read(name: str) -> dict[str, Any] | None:
    path = _folder() / f"{name}.json"
    found: dict[str, Any] | None = json.loads(path.read_text()) if path.exists() else None
    return found


def _write(name: str, value: dict[str, Any]) -> None:
    (_folder() / f"{name}.json").write_text(json.dumps(value))


def _remember(name: str, backing: Backing) -> Backing:
    _write(name, asdict(backing))
    return backing


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process names the folder that its workers inherit."""
    if not _is_worker(config):
        os.environ[_SHARED] = tempfile.mkdtemp(prefix="mentormesh-tests-")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which backing services this run certified."""
    used = _read("backing")
    terminalreporter.section("backing services")
    if used:
        terminalreporter.write_line(f"Certified on {used['certifies']} (from: {used['origin']}).")
    else:
        terminalreporter.write_line("None were used: this run certifies no broker and no document server.")


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controlling process stops what the run started and removes its folder."""
    if _is_worker(config) or _SHARED not in os.environ:
        return
    folder = _folder()
    if (folder / "stack").exists():
        from mentormesh.stack import lifecycle
        from mentormesh.stack.folder import Folder

        lifecycle.down(Folder(folder / "stack"), wipe=True, tell=lambda part, news: None)
    if known := _read("containers"):
        from mentormesh.stack import containers

        containers.remove(known["ids"])
    shutil.rmtree(folder)
    del os.environ[_SHARED]
