"""`mentormesh events`: follow topics, and decide about events that were parked."""

import getpass
import json
from dataclasses import asdict
from typing import Any

import click

from mentormesh.config import Told
from mentormesh.stack.command import json_option, root_option
from mentormesh.stack.failures import StackFailure
from mentormesh.stack.running import running_stack
from mentormesh.stack.services import SERVICES
from mentormesh.topics import prefix_option

SECONDS = click.FloatRange(0, min_open=True)


@click.group()
def events() -> None:
    """Tail topics; list, release or drop parked events."""


def _address(root: str | None, told: str, name: str) -> str:
    """The broker's or the document server's address: what the environment told, else the local stack's."""
    return told or str(running_stack(root)[1][name])


@events.command()
@root_option
@json_option
@click.option("--topic", "asked", multiple=True, help="A topic, or the part after `mentormesh.`; repeatable; else all.")
@prefix_option
@click.option("--from-beginning", is_flag=True, help="Also what the topics hold already.")
@click.option("--count", type=click.IntRange(1), help="End after so many.")
@click.option("--idle", type=SECONDS, metavar="SECONDS", help="End when none came for so long.")
def tail(
    root: str | None,
    as_json: bool,
    asked: tuple[str, ...],
    prefix: str,
    from_beginning: bool,
    count: int | None,
    idle: float | None,
) -> None:
    """Print one line for each event, as it is published; --json prints one JSON document a line.

    The broker is that of KAFKA_BOOTSTRAP, else that of the local stack.
    """
    from kafka.errors import KafkaError

    from contracts import topics
    from mentormesh import tailing
    from servicekit.kafka.connection import Wire

    known = {Wire(prefix).outside(name) for name in topics()}
    chosen = {name if name in known else f"{prefix}.{name}" for name in asked} or known
    if unknown := chosen - known:
        raise StackFailure(f"No topic is called {sorted(unknown)[0]}. `mentormesh topics --print` lists them.")
    bootstrap = _address(root, Told.from_env().kafka, "kafka")
    try:
        for row in tailing.follow(bootstrap, sorted(chosen), from_beginning, count, idle):
            click.echo(json.dumps(row) if as_json else tailing.line_of(row))
    except KafkaError as error:
        raise StackFailure(f"The broker at {bootstrap} does not answer ({error}).") from error
    except KeyboardInterrupt:
        return


service_option = click.option("--service", required=True, type=click.Choice(SERVICES), help="Whose parked events.")
key_option = click.option("--key", help="The events of one key alone; else all.")
database_option = click.option("--database", help="The service's MONGODB_DATABASE, where it is not the service's name.")


def store_of(root: str | None, service: str, database: str | None) -> Any:
    """The service's store, with what its worker remembers.

    Raises:
        StackFailure: the document server does not answer, or it has no database of a service under that name.
    """
    from pymongo.errors import PyMongoError

    from servicekit.ledger import WATERMARKS
    from servicekit.mongo import MongoStore, connect
    from servicekit.store import Catalogue, Unit

    address, name = _address(root, Told.from_env().mongodb, "mongodb"), database or service
    # Without the name and the password that an address may carry.
    place = address.rpartition("@")[2].removeprefix("mongodb://").partition("/")[0]
    try:
        client = connect(address)
        click.get_current_context().call_on_close(client.close)
        kept = client[name].list_collection_names()
    except PyMongoError as error:
        words = str(error).partition(" (configured timeouts")[0].partition(", Timeout:")[0]
        raise StackFailure(f"The document server at {place} does not answer ({words}).") from error
    if WATERMARKS.collection not in kept:
        raise StackFailure(
            f"The document server at {place} has no database {name} of a service. Name it with --database, as the "
            "service's MONGODB_DATABASE does."
        )
    return MongoStore(client[name], Unit, Catalogue(()), service)


def _parked_lines(store: Any, key: str | None) -> list[Any]:
    """The parked lines, or those of one key (or of one line's id)."""
    from servicekit import parking

    return [line for line in parking.listing(store) if key is None or key in (line.key, line.id)]


def _lines(store: Any, key: str | None) -> list[Any]:
    """The lines to decide about.

    Raises:
        StackFailure: nothing is parked under that key.
    """
    lines = _parked_lines(store, key)
    if key is not None and not lines:
        raise _nothing_under(key)
    return lines


def _nothing_under(key: str) -> StackFailure:
    return StackFailure(f"Nothing is parked under the key {key}. `mentormesh events parked` lists what is.")


def _show(rows: list[dict[str, Any]], as_json: bool, nothing: str) -> None:
    if as_json:
        click.echo(json.dumps(rows, default=str, indent=2))
    elif not rows:
        click.echo(nothing)
    else:
        for row in rows:
            state = "releasing" if row["releasing"] else row["cause"]
            place = f"{row['topic']}/{row['partition']}@{row['offset']}"
            events = "1 event" if row["events"] == 1 else f"{row['events']} events"
            click.echo(f"{row['service']}  {row['key']}  {events}  {place}  {state}: {row['reason']}")


@events.command()
@root_option
@json_option
@click.option("--service", type=click.Choice(SERVICES), help="Whose parked events; else those of every service.")
@key_option
@database_option
def parked(root: str | None, as_json: bool, service: str | None, key: str | None, database: str | None) -> None:
    """List the keys whose events wait, each with its first event's place and why it was parked.

    The document server is that of MONGODB_URI, else that of the local stack; so it is for `release` and `drop`.
    """
    if database and not service:
        raise click.UsageError("Say with --service whose database --database names.")
    rows = []
    for name in [service] if service else SERVICES:
        lines = _parked_lines(store_of(root, name, database), key)
        rows += [{"service": name, **asdict(line)} for line in lines]
    if key and not rows:
        raise _nothing_under(key)
    _show(rows, as_json, f"Nothing is parked in {service or 'any service'}.")


@events.command()
@root_option
@json_option
@service_option
@key_option
@database_option
@click.option(
    "--wait", type=SECONDS, default=30.0, show_default=True, metavar="SECONDS", help="How long to wait for the worker."
)
def release(root: str | None, as_json: bool, service: str, key: str | None, database: str | None, wait: float) -> None:
    """Have the service's worker apply parked events, in their order. Ends with 1 where one failed again."""
    from servicekit import parking

    store = store_of(root, service, database)
    released = parking.release(store, [line.id for line in _lines(store, key)])
    left = parking.wait_until_applied(store, released, wait)
    rows = [{"service": service, **asdict(line)} for line in left]
    _show(rows, as_json, f"{len(released)} {'key goes' if len(released) == 1 else 'keys go'} on in {service}.")
    if left:
        raise SystemExit(1)


@events.command()
@root_option
@json_option
@service_option
@click.option("--key", required=True, help="The key whose first parked event is given up.")
@database_option
@click.option("--all", "whole_line", is_flag=True, help="Give up every parked event of the key.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def drop(
    root: str | None, as_json: bool, service: str, key: str, database: str | None, whole_line: bool, yes: bool
) -> None:
    """Give up the first parked event of a key and let the others go on. What is dropped is kept, never applied."""
    from servicekit import parking
    from servicekit.clock import SystemClock

    store = store_of(root, service, database)
    lines = _lines(store, key)
    if not yes:
        click.confirm(f"Give up {'all' if whole_line else 'the first'} of what is parked under {key}?", abort=True)
    who = getpass.getuser()
    dropped = [row for line in lines for row in parking.drop(store, SystemClock(), line.id, who, whole_line=whole_line)]
    rows = [{"topic": row.topic, "partition": row.partition, "offset": row.offset} for row in dropped]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        given_up = "1 event was" if len(rows) == 1 else f"{len(rows)} events were"
        click.echo(f"{given_up} given up in {service}; the others of their key go on.")
