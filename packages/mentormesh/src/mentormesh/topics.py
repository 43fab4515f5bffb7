"""`mentormesh topics` and `acl`: what a locked-down cluster must be given, generated from the contracts."""

import json
import re
from collections.abc import Iterator

import click

from contracts import topics as contract_topics
from mentormesh.stack.command import json_option
from servicekit.config import TOPIC_PREFIX
from servicekit.kafka.connection import Wire
from servicekit.kafka.topics import topic_configuration

print_option = click.option(
    "--print", "_print", is_flag=True, help="Print them; the only thing that this command does."
)


def _prefix(_context: click.Context, _option: click.Parameter, given: str) -> str:
    """The prefix, if a service would take it; what is printed here is pasted into a shell."""
    if not re.fullmatch(TOPIC_PREFIX, given):
        raise click.BadParameter("a prefix is made of lower-case letters, digits, - and _, 63 at most")
    return given


prefix_option = click.option(
    "--prefix", default="mentormesh", show_default=True, callback=_prefix, help="The services' TOPIC_PREFIX."
)


def rights(wire: Wire) -> Iterator[dict[str, str]]:
    """One row for each right: principal, operation, resource, name, pattern (`literal` or `prefixed`)."""
    known = contract_topics()
    for topic in known.values():
        name = wire.outside(topic.name)
        for operation in ("WRITE", "DESCRIBE", "DESCRIBE_CONFIGS"):
            yield _right(topic.producer, operation, "topic", name)
        for consumer in topic.consumers:
            for operation in ("READ", "DESCRIBE", "DESCRIBE_CONFIGS"):
                yield _right(consumer, operation, "topic", name)
    for service in sorted({topic.producer for topic in known.values()}):
        own = wire.scoped(service)
        # Work goes by positions in MongoDB; the group exists to share partitions and to show the lag.
        yield _right(service, "READ", "group", own, "prefixed")
        # The relay's transactions let the broker fence one that lost its lease.
        yield _right(service, "WRITE", "transactional-id", own, "prefixed")
        yield _right(service, "DESCRIBE", "transactional-id", own, "prefixed")


def _right(service: str, operation: str, resource: str, name: str, pattern: str = "literal") -> dict[str, str]:
    principal = f"User:{service}"
    return {"principal": principal, "operation": operation, "resource": resource, "name": name, "pattern": pattern}


@click.command()
@json_option
@print_option
@prefix_option
@click.option(
    "--replication-factor", type=click.IntRange(1), default=3, show_default=True, help="Copies of each partition."
)
def topics(as_json: bool, _print: bool, prefix: str, replication_factor: int) -> None:
    """Print every topic with its partitions and policy, as commands for Kafka's own tool or as JSON."""
    wire = Wire(prefix)
    rows = [
        {
            "name": wire.outside(topic.name),
            "kind": topic.kind,
            "visibility": topic.visibility,
            "partitions": topic.partitions,
            "replication_factor": replication_factor,
            "producer": topic.producer,
            "consumers": list(topic.consumers),
            "config": topic_configuration(topic),
        }
        for topic in contract_topics().values()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for topic, row in zip(contract_topics().values(), rows, strict=True):
        settings = " ".join(f"--config {key}={value}" for key, value in topic_configuration(topic).items())
        click.echo(
            f"kafka-topics.sh --bootstrap-server $KAFKA_BOOTSTRAP --create --if-not-exists --topic {row['name']} "
            f"--partitions {topic.partitions} --replication-factor {replication_factor} {settings}"
        )


@click.command()
@json_option
@print_option
@prefix_option
def acl(as_json: bool, _print: bool, prefix: str) -> None:
    """Print the rights of each service, as commands for Kafka's own tool or as JSON.

    Public topics, which may be granted to integrators, are named in a comment at the end.
    """
    wire = Wire(prefix)
    rows = list(rights(wire))
    public = [wire.outside(name) for name, topic in contract_topics().items() if topic.visibility == "public"]
    if as_json:
        click.echo(json.dumps({"rights": rows, "public_topics": public}, indent=2))
        return
    for row in rows:
        # Kafka's tool knows DescribeConfigs, the protocol DESCRIBE_CONFIGS.
        operation = row["operation"].title().replace("_", "")
        click.echo(
            f"kafka-acls.sh --bootstrap-server $KAFKA_BOOTSTRAP --add --allow-principal {row['principal']} "
            f"--operation {operation} --{row['resource']} {row['name']} --resource-pattern-type {row['pattern']}"
        )
    click.echo("# Topics that may be granted to integrators (READ and DESCRIBE):")
    for name in public:
        click.echo(f"#   {name}")
