"""`mentormesh events`: follow topics, and decide about events that were parked."""

import json
import os

import click

from mentormesh.stack.command import json_option, root_option
from mentormesh.stack.failures import StackFailure
from mentormesh.stack.running import running_stack
from mentormesh.stack.services import SERVICES


@click.group()
def events() -> None:
    """Tail topics; list, release or drop parked events."""


def _address(root: str | None, variable: str, name: str) -> str:
    """The broker's or the document server's address: of the environment, else of the local stack."""
    return os.environ.get(variable) or str(running_stack(root)[1][name])


@events.command()
@root_option
@json_option
@click.option("--topic", "asked", multiple=True, help="A topic, or the part after `mentormesh.`; repeatable; else all.")
@click.option("--prefix", default="mentormesh", show_default=True, help="The services' TOPIC_PREFIX.")
@click.option("--from-beginning", is_flag=True, help="Also what the topics hold already.")
@click.option("--count", type=click.IntRange(1), help="End after so many.")
@click.option("--idle", type=float, metavar="SECONDS", help="End when none came for so long.")
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
    bootstrap = _address(root, "KAFKA_BOOTSTRAP", "kafka")
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
