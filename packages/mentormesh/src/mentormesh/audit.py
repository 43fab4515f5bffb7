"""`mentormesh audit`: prove that a service's audit log is as it was written, and carry it to where it is watched."""

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC
from typing import Any

import click

from mentormesh.events import database_option, store_of
from mentormesh.stack.command import json_option, root_option
from mentormesh.stack.failures import StackFailure
from mentormesh.stack.services import SERVICES

# RFC 5424: facility 13 (log audit), severity 5 (notice); the enterprise number is that of documentation, RFC 5612.
PRIORITY = 13 * 8 + 5
ELEMENT = "mentormesh@32473"
service_option = click.option("--service", required=True, type=click.Choice(SERVICES), help="Whose log.")


@click.group()
def audit() -> None:
    """Verify the audit log of a service, or export it."""


@audit.command()
@root_option
@json_option
@service_option
@database_option
@click.option("--noted", metavar="NUMBER:SEAL", help="A seal that was printed earlier and kept elsewhere.")
def verify(root: str | None, as_json: bool, service: str, database: str | None, noted: str | None) -> None:
    """Walk the chain of seals from its beginning. Ends with 1 where a row was changed, removed or moved.

    Note the seal that it prints somewhere else: with --noted it finds out even who rewrote the whole chain.
    """
    from servicekit.sealing import verify as walk

    seal = _noted(noted)
    found = walk(store_of(root, service, database), seal)
    if as_json:
        click.echo(json.dumps({**asdict(found), "holds": found.holds}))
    elif found.holds:
        rows = f"{found.number} rows" + (f", and {found.unsealed} not sealed yet" if found.unsealed else "")
        click.echo(f"The audit log of {service} is as it was written: {rows}. Newest: {found.number}:{found.digest}")
    else:
        click.echo(f"The audit log of {service} is NOT as it was written:", err=True)
        for fault in found.faults:
            click.echo(f"  {fault}", err=True)
    if not found.holds:
        raise SystemExit(1)


@audit.command()
@root_option
@service_option
@database_option
@click.option("--jsonl", "form", flag_value="jsonl", default="jsonl", help="One JSON document a line (as usual).")
@click.option("--syslog", "form", flag_value="syslog", help="Lines of syslog, RFC 5424.")
@click.option("--to", metavar="HOST:PORT", help="Send them over TCP to a syslog receiver instead of printing.")
@click.option("--after", default=0, metavar="NUMBER", help="Rows behind this number only, to continue an export.")
def export(root: str | None, service: str, database: str | None, form: str, to: str | None, after: int) -> None:
    """Write sealed rows in their order, each with its number and seal."""
    from servicekit.sealing import sealed_rows

    if to is not None and form != "syslog":
        raise StackFailure("--to sends syslog: add --syslog.")
    rows = (_as_json(row) for row in sealed_rows(store_of(root, service, database), after))
    lines = (json.dumps(row) for row in rows) if form == "jsonl" else syslog_lines(service, rows)
    if to is None:
        for line in lines:
            click.echo(line)
        return
    click.echo(f"{_send(to, lines)} rows of {service} were sent to {to}.")


def syslog_lines(service: str, rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Each row as a message whose structured data has its fields."""
    host = socket.gethostname() or "-"
    for row in rows:
        fields = {**row, "codes": ",".join(row["codes"])}
        told = " ".join(f'{name}="{_escaped(str(value))}"' for name, value in fields.items())
        summary = f"{row['actor']} {row['action']} {row['subject']}".strip()
        yield f"<{PRIORITY}>1 {row['at']} {host} mentormesh-{service} - audit [{ELEMENT} {told}] {summary}"


def _escaped(value: str) -> str:
    """A parameter's value as RFC 5424 section 6.3.3 wants it."""
    return re.sub(r'(["\\\]])', r"\\\1", value)


def _as_json(row: Any) -> dict[str, Any]:
    at = row.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    known = {"id": row.id, "at": at, "actor": row.actor, "actor_kind": row.actor_kind, "action": row.action}
    return {**known, "subject": row.subject, "codes": list(row.codes), "number": row.number, "digest": row.digest}


def _send(to: str, lines: Iterator[str]) -> int:
    """Send lines with their lengths before them (RFC 6587 section 3.4.1); how many."""
    host, _, port = to.rpartition(":")
    if not host or not port.isdigit():
        raise StackFailure(f"--to {to}: write host:port.")
    sent = 0
    try:
        with socket.create_connection((host, int(port)), timeout=15) as receiver:
            for line in lines:
                message = line.encode()
                receiver.sendall(f"{len(message)} ".encode() + message)
                sent += 1
    except OSError as error:
        raise StackFailure(f"{to} does not take it ({error}); {sent} rows were sent.") from error
    return sent


def _noted(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d+):([0-9a-f]{64})", text.strip())
    if found is None:
        raise StackFailure("--noted: write a number and a seal as `verify` prints them, such as 12:9f86d0...")
    return int(found[1]), found[2]
