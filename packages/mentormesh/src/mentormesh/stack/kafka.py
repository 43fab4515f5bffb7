"""The broker of the local stack: Apache Kafka where Java and Maven are present, a stand-in otherwise."""

import os
import re
import shutil
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path

from mentormesh.config import Told
from mentormesh.stack.failures import PartDied, StackFailure
from mentormesh.stack.folder import Folder
from mentormesh.stack.ports import HOST, answers
from mentormesh.stack.processes import Part, run_once

VERSION = "4.3.1"
OLDEST_JAVA = 17
CLUSTER_ID = "MentorMeshLocalStack-A"  # 16 bytes in URL-safe base64
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_JARS_AT_LEAST = 30

CERTIFIES = {
    "kafka": f"Apache Kafka {VERSION}",
    "noida": "noida-db's Kafka protocol (NOT certified: loses acknowledged events at kill -9, no compaction)",
}


def java_version() -> int | None:
    """The major version of `java` on the path, or None where there is none."""
    java = shutil.which("java")
    if java is None:
        return None
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found.group(1)) if found else None


def why_not_kafka() -> str | None:
    """What this machine lacks to run Apache Kafka, in words that say what to install; None where it lacks nothing."""
    version = java_version()
    if version is None:
        return f"there is no Java: install Java {OLDEST_JAVA} or later (Debian: openjdk-17-jre-headless)"
    if version < OLDEST_JAVA:
        return f"Java {version} is too old: Kafka {VERSION} needs {OLDEST_JAVA} or later"
    if not _complete(jars()) and shutil.which("mvn") is None:
        return "there is no Maven to fetch Kafka with: install it (Debian: maven)"
    return None


def jars() -> Path:
    """Where the broker's jars are kept, for all stacks of this user."""
    return Told.from_env().cache / "mentormesh" / f"kafka-{VERSION}"


def fetch(folder: Folder) -> None:
    """Copy Kafka's jars into the cache, once.

    Raises:
        PartDied: Maven could not; its words are in the message.
    """
    target = jars()
    if _complete(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # Renamed when whole: an interrupted copy, or a second one beside it, leaves no half set behind.
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    with as_file(files("mentormesh.stack") / "pom.xml") as pom:
        argv = ["mvn", "-q", "-B", "-f", str(pom), _COPY, f"-DoutputDirectory={fresh}"]
        try:
            run_once(Part("kafka-fetch", argv, ready=bool), folder.log("kafka-fetch"))
        except PartDied:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
    if _complete(target):
        shutil.rmtree(fresh)
    else:
        fresh.rename(target)


def _complete(folder: Path) -> bool:
    return folder.is_dir() and len(list(folder.glob("*.jar"))) >= _JARS_AT_LEAST


def broker(folder: Folder, port: int, controller_port: int) -> Part:
    """Apache Kafka as one KRaft node, its storage formatted at first start."""
    fetch(folder)
    data = folder.data("kafka")
    data.mkdir(exist_ok=True)
    config = data / "server.properties"
    config.write_text(_properties(data / "log", port, controller_port))
    java = ["java", "-Xms256m", "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{jars()}/*"]
    if not (data / "log" / "meta.properties").exists():
        argv = [*java, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(config)]
        run_once(Part("kafka-format", argv, ready=bool), folder.log("kafka"))
    argv = [*java, "kafka.Kafka", str(config)]
    # After a kill on a busy machine it reads its log anew for more than a minute.
    return Part("kafka", argv, lambda: answers(port), address=f"{HOST}:{port}", stop_seconds=30, patience_seconds=180)


def _properties(data: Path, port: int, controller_port: int) -> str:
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": str(data),
        # Topics come from the contracts, never from a typing error.
        "auto.create.topics.enable": "false",
        "num.partitions": "12",
        "group.initial.rebalance.delay.ms": "0",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def stand_in(folder: Folder, port: int) -> Part:
    """noida-db speaking the Kafka protocol: enough to look around, never enough to certify a promise.

    Raises:
        StackFailure: it is not installed.
    """
    program = Path(sys.executable).parent / "noida-db"
    if not program.exists():
        raise StackFailure(
            f"Apache Kafka cannot run here ({why_not_kafka()}), and its stand-in noida-db is not installed. "
            "Install Java and Maven, or `pip install noida-db`."
        )
    argv = [str(program), "start", "--data-dir", str(folder.data("noida")), "--host", HOST, "--only", "kafka"]
    argv += ["--kafka-port", str(port)]
    return Part("kafka", argv, lambda: answers(port), address=f"{HOST}:{port}")
