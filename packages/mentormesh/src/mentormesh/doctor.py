"""`mentormesh doctor`: check this machine and the running stack, and say what to mend."""

import json
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import click

from mentormesh.stack.command import json_option, root_option
from mentormesh.stack.folder import FREE_BYTES_NEEDED, Folder, chosen_root

State = Literal["good", "poor", "bad"]
COLOURS = {"good": "green", "poor": "yellow", "bad": "red"}
MEMORY_NEEDED = 4_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `remedy` says what to do where it is not good."""

    what: str
    state: State
    found: str
    remedy: str = ""


@click.command()
@root_option
@json_option
def doctor(root: str | None, as_json: bool) -> None:
    """Check this machine and the running stack, and say what to mend. Ends with 1 where something is bad."""
    folder = Folder(chosen_root(root))
    findings = [*machine(folder), *stack(folder)]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            mark = click.style(f"{finding.state:5}", fg=COLOURS[finding.state])
            click.echo(
                f"{mark} {finding.what}: {finding.found}" + (f"\n      {finding.remedy}" if finding.remedy else "")
            )
    if any(finding.state == "bad" for finding in findings):
        raise SystemExit(1)


def machine(folder: Folder) -> Iterator[Finding]:
    """What the stack stands on: Python, Java, Maven, browser, disk, memory, the local stand-ins."""
    import psutil

    from mentormesh.stack import kafka

    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", "good" if sys.version_info >= (3, 11) else "bad", version)
    lacking = kafka.why_not_kafka()
    if lacking:
        yield Finding("Apache Kafka", "poor", lacking, "Until then the broker is a stand-in that certifies nothing.")
    else:
        yield Finding("Apache Kafka", "good", f"{kafka.VERSION} on Java {kafka.java_version()}")
    for module, name in (
        ("secantus", "SecantusDB"),
        ("oidc_provider_mock", "oidc-provider-mock"),
        ("aiosmtpd", "aiosmtpd"),
    ):
        there = find_spec(module) is not None
        yield Finding(
            name, "good" if there else "bad", "installed" if there else "missing", "" if there else "make setup"
        )
    browser = shutil.which("chromium")
    yield Finding(
        "Chromium", "good" if browser else "poor", browser or "missing", "" if browser else "Browser tests need it."
    )
    place = next(one for one in (folder.root, *folder.root.parents) if one.exists())
    free = shutil.disk_usage(place).free
    good = free > FREE_BYTES_NEEDED
    yield Finding(
        "Disk", "good" if good else "bad", f"{free / 1e9:.1f} GB free", "" if good else f"Free some of {place}."
    )
    memory = psutil.virtual_memory().available
    good = memory > MEMORY_NEEDED
    yield Finding("Memory", "good" if good else "poor", f"{memory / 1e9:.1f} GB free", "" if good else "It needs 4 GB.")


def stack(folder: Folder) -> Iterator[Finding]:
    """What runs: every process, the broker, the document server, each service's readiness."""
    from mentormesh.stack import lifecycle

    description = folder.read_stack()
    if description is None:
        yield Finding("Stack", "poor", f"not running in {folder.root}", "Start it with `mentormesh up`.")
        yield from _ports(folder)
        return
    for row in lifecycle.status(folder):
        good = row["state"] == "running"
        remedy = "" if good else f"Read {row['log']}; `mentormesh up` starts it again."
        yield Finding(row["name"], "good" if good else "bad", row["state"], remedy)
    yield from _backing(description)
    yield from _services(description)


def _ports(folder: Folder) -> Iterator[Finding]:
    """Whether another program listens where the next `up` would."""
    from mentormesh.stack.ports import FRIENDLY, answers, holder_of

    wanted = FRIENDLY | folder.read_ports()
    taken = {part: port for part, port in wanted.items() if answers(port)}
    for part, port in taken.items():
        found = f"port {port} is taken by {holder_of(port) or 'another program'}"
        yield Finding(part, "bad", found, f"Stop it, or run `mentormesh up --port {part}=NUMBER` or `--ports auto`.")
    if not taken:
        yield Finding("Ports", "good", "all free")


def _backing(description: dict[str, Any]) -> Iterator[Finding]:
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    host, _, port = description["kafka"].rpartition(":")
    with socket.socket() as probe:
        probe.settimeout(2)
        answers = probe.connect_ex((host, int(port))) == 0
    yield Finding(
        "Broker", "good" if answers else "bad", description["kafka"], "" if answers else "It does not answer."
    )
    try:
        with MongoClient[dict[str, Any]](description["mongodb"], serverSelectionTimeoutMS=2000) as client:
            named = client.admin.command("hello").get("setName")
        remedy = "" if named else "It is no replica set, so it has no transactions."
        yield Finding("Document server", "good" if named else "bad", description["mongodb"], remedy)
    except PyMongoError as error:
        yield Finding(
            "Document server", "bad", str(error)[:120], "See its log: " + str(Path(description["root"]) / "logs")
        )


def _services(description: dict[str, Any]) -> Iterator[Finding]:
    from mentormesh.stack.identity import healthy

    addresses = {**description["services"], **{f"{name} worker": url for name, url in description["workers"].items()}}
    for name, url in addresses.items():
        good = healthy(f"{url}/readyz")
        yield Finding(f"{name} is ready", "good" if good else "bad", url, "" if good else f"Look at {url}/readyz.")
