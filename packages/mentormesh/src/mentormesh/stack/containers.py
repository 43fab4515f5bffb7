"""A broker and a document server in containers, for tests on a machine with a container engine."""

import logging
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from mentormesh.config import Told, keep_containers
from mentormesh.stack.ports import HOST, assign
from mentormesh.stack.processes import wait_until

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Containers:
    """What was started; `ids` are for `remove`."""

    ids: list[str]
    kafka: str
    mongodb: str
    kafka_image: str
    mongo_image: str


def start() -> Containers | None:
    """Start both and wait for them; None where no engine answers or, with a warning, where an image cannot be had."""
    told = Told.from_env()
    kafka_image, mongo_image = told.kafka_image, told.mongo_image
    if not engine_answers() or not _have([kafka_image, mongo_image]):
        return None
    # The reaper would end the containers with the first of several test workers; the run's controller removes them.
    keep_containers()
    from testcontainers.core.container import DockerContainer

    ports = assign(["kafka", "mongodb"], {}, {}, auto=True)
    broker = DockerContainer(kafka_image).with_bind_ports(9092, ports["kafka"])
    for name, value in _kafka_settings(ports["kafka"]).items():
        broker = broker.with_env(name, value)
    server = DockerContainer(mongo_image).with_bind_ports(27017, ports["mongodb"])
    server = server.with_command("mongod --replSet rs0 --bind_ip_all")
    ids = [str(container.start().get_wrapped_container().id) for container in (broker, server)]
    mongodb = f"mongodb://{HOST}:{ports['mongodb']}/?directConnection=true"
    _initiate(mongodb)
    kafka = f"{HOST}:{ports['kafka']}"
    _await_broker(kafka)
    return Containers(ids, kafka, mongodb, kafka_image, mongo_image)


def engine_answers() -> bool:
    """Whether a container engine listens at `DOCKER_HOST`, or at its usual socket."""
    host = urlsplit(Told.from_env().docker_host)
    family, address = (
        (socket.AF_UNIX, host.path) if host.scheme == "unix" else (socket.AF_INET, (host.hostname, host.port or 2375))
    )
    with socket.socket(family) as probe:
        probe.settimeout(2)
        return probe.connect_ex(address) == 0


def _have(images: Iterable[str]) -> bool:
    """Whether every image is here or can be pulled."""
    import docker
    from docker.errors import APIError, ImageNotFound

    engine = docker.from_env()
    try:
        for image in images:
            try:
                engine.images.get(image)
            except ImageNotFound:
                engine.images.pull(image)
    except APIError as error:
        log.warning("containers cannot be used for the tests: %s", error)
        return False
    finally:
        engine.close()
    return True


def remove(ids: Iterable[str]) -> None:
    """Remove containers that `start` started."""
    ids = list(ids)
    if not ids:
        return
    import docker

    engine = docker.from_env()
    for one in ids:
        engine.containers.get(one).remove(force=True, v=True)
    engine.close()


def _kafka_settings(port: int) -> dict[str, str]:
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{HOST}:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }


def _initiate(mongodb: str) -> None:
    """Make the server a replica set of one, unless it names its set already."""
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    with MongoClient[dict[str, object]](mongodb, serverSelectionTimeoutMS=30_000) as client:
        if "setName" not in client.admin.command("hello"):
            member = {"_id": 0, "host": "localhost:27017"}
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})

        def primary() -> bool:
            try:
                return bool(client.admin.command("hello").get("isWritablePrimary"))
            except PyMongoError:
                return False

        wait_until(primary, 60, "the document server's container has no primary")


def _await_broker(bootstrap: str) -> None:
    from kafka import KafkaAdminClient
    from kafka.errors import KafkaError

    def answering() -> bool:
        try:
            KafkaAdminClient(bootstrap_servers=bootstrap).close()
        except KafkaError:
            return False
        return True

    wait_until(answering, 90, "the broker's container does not answer")
