"""What the platform does while one of its parts is away, and that it is whole again afterwards.

These tests kill processes, so they start a platform of their own. `MENTORMESH_BREAKABLE` names the root of a running
one (`mentormesh up --root ROOT`) to break instead.
"""

import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from kafka import KafkaConsumer, TopicPartition
from platform_client import Actor, eventually
from pymongo import MongoClient
from staged import Stage, employ, enrol, set_the_stage

from contracts import Record, decode, topics
from mentormesh.stack import lifecycle, services
from mentormesh.stack.folder import Folder
from mentormesh.stack.ports import assign
from mentormesh.stack.processes import Running, start, stop, wait_ready

pytestmark = [pytest.mark.stack, pytest.mark.long]

SERVICES = ("profiles", "matching", "feedback", "notifications")
FACTS = {name for name, topic in topics().items() if topic.kind == "fact"}
LONG = 90.0  # seconds to be whole again, on a machine that does other things too


@dataclass
class Breakable:
    """A platform whose processes may be killed."""

    folder: Folder
    described: dict[str, Any] = field(default_factory=dict)

    def mend(self) -> None:
        """Start whatever does not run."""
        wanted = lifecycle.Wanted(services=SERVICES, auto_ports=True)
        self.described = lifecycle.up(self.folder, wanted, lambda part, news: None)

    def is_whole(self) -> bool:
        """Whether everything runs; what had ended is started again."""
        if all(process is not None for process in map(Running.process, lifecycle.recorded(self.folder).values())):
            return True
        self.mend()
        return False

    def part(self, name: str) -> psutil.Process:
        process = lifecycle.recorded(self.folder)[name].process()
        assert process is not None, f"{name} has ended"
        return process

    def kill(self, name: str) -> None:
        """As the kernel does it where memory is short."""
        process = self.part(name)
        process.kill()
        psutil.wait_procs([process], timeout=15)

    def url(self, service: str) -> str:
        return str(self.described["services"][service])

    @contextmanager
    def database(self, service: str) -> Iterator[Any]:
        with MongoClient[Any](self.described["mongodb"], tz_aware=True) as client:
            yield client[service]


@pytest.fixture(scope="module")
def started() -> Iterator[Breakable]:
    given = os.environ.get("MENTORMESH_BREAKABLE")
    with tempfile.TemporaryDirectory(prefix="mentormesh-outages-") as root:
        breakable = Breakable(Folder(Path(given or root) / ("" if given else "stack")))
        breakable.mend()
        try:
            yield breakable
        finally:
            if given is None:
                lifecycle.down(breakable.folder, wipe=True, tell=lambda part, news: None)


@pytest.fixture(scope="module")
def stage(started: Breakable) -> Stage:
    return set_the_stage(started.described)


@pytest.fixture
def site(started: Breakable) -> Breakable:
    """The platform, whole: a test that failed halfway leaves nothing broken to the next."""
    eventually(started.is_whole, LONG)
    return started


def probes(site: Breakable, path: str) -> dict[str, int]:
    return {service: requests.get(site.url(service) + path, timeout=30).status_code for service in SERVICES}


def outbox(site: Breakable) -> dict[tuple[str, str], list[int]]:
    """The facts that the services hold as their own: sequences by topic and key."""
    told: dict[tuple[str, str], list[int]] = defaultdict(list)
    for service in SERVICES:
        with site.database(service) as database:
            for row in database["outbox"].find({"topic": {"$in": list(FACTS)}}, sort=[("sequence", 1)]):
                told[row["topic"], row["key"]].append(row["sequence"])
    return dict(told)


def log(site: Breakable) -> dict[tuple[str, str], list[int]]:
    """The facts that are on Kafka, as a reader gets them: sequences by topic and key, each at its first coming.

    A relay that could not note what it had sent sends it again, which every reader knows by id and sequence; such a
    repeat must be the very event, and nothing may come for the first time after what follows it.
    """
    read: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for topic, key, sequence, id in _records(site):
        known = read[topic, key]
        assert known.setdefault(sequence, id) == id, f"two events are number {sequence} of {key}"
    return {where: list(known) for where, known in read.items()}


def _records(site: Breakable) -> Iterator[tuple[str, str, int, str]]:
    consumer = KafkaConsumer(
        bootstrap_servers=site.described["kafka"], auto_offset_reset="earliest", enable_auto_commit=False,
        allow_auto_create_topics=False, isolation_level="read_committed",
    )  # fmt: skip
    try:
        present = FACTS & set(consumer.topics())
        partitions = [TopicPartition(name, n) for name in present for n in consumer.partitions_for_topic(name) or ()]
        consumer.assign(partitions)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(partitions)
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            for records in consumer.poll(timeout_ms=500).values():
                for record in records:
                    envelope = decode(Record(record.topic, record.key, record.value, tuple(record.headers)))
                    yield record.topic, envelope.key, envelope.sequence, envelope.id
    finally:
        consumer.close()


def schedule(actor: Actor, stage: Stage, **options: Any) -> requests.Response:
    starts = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    body = {"starts_at": starts, "minutes": 30}
    return actor.call("POST", "feedback", f"/mentorships/{stage.mentorship_id}/sessions", body, **options)


def told_of_sessions(stage: Stage) -> list[str]:
    """Where the messages lead that tell Ben of a new session."""
    found = stage.ben.actor.get("notifications", "/inbox", limit=100)["items"]
    return [item["link"] for item in found if item["kind"] == "session_scheduled"]


def test_without_a_broker_every_command_succeeds_and_travels_later(site: Breakable, stage: Stage) -> None:
    tokens = [player.actor.token() for player in (stage.ana, stage.ben, stage.cara)]
    assert all(tokens)
    site.kill("kafka")

    assert set(probes(site, "/livez").values()) | set(probes(site, "/readyz").values()) == {200}
    scheduled = [schedule(stage.ana.actor, stage) for _ in range(3)]
    assert [reply.status_code for reply in scheduled] == [201] * 3
    for reply in scheduled:
        stage.ben.actor.post("feedback", f"/sessions/{reply.json()['id']}/hold")
    stage.ana.actor.put("profiles", f"/people/{stage.ana.id}/profile", {"bio": "Written while the broker was away"})
    for verb in ("pause", "resume", "pause", "resume"):
        stage.ana.actor.post("matching", f"/mentorships/{stage.mentorship_id}/{verb}")
    assert stage.ana.actor.call("PUT", "notifications", "/preferences", {"kinds": {}}, headers={"If-Match": "*"}).ok

    site.mend()
    assert eventually(lambda: log(site) if log(site).keys() == outbox(site).keys() else None, LONG)
    eventually(lambda: log(site) == outbox(site), LONG)
    for sequences in log(site).values():
        assert sequences == list(range(1, len(sequences) + 1))

    links = {f"/sessions/{reply.json()['id']}" for reply in scheduled}
    eventually(lambda: links <= set(told_of_sessions(stage)), LONG)
    assert len(set(told_of_sessions(stage))) == len(told_of_sessions(stage))


def test_without_a_database_every_api_says_so_and_recovers_by_itself(site: Breakable, stage: Stage) -> None:
    for player in (stage.ana, stage.ben):
        player.actor.token()
    asked: list[tuple[str, str, str, Any]] = [
        ("GET", "profiles", "/me", None), ("GET", "matching", "/programs", None),
        ("GET", "notifications", "/inbox", None),
        ("GET", "feedback", f"/mentorships/{stage.mentorship_id}/journey", None),
        ("POST", "matching", f"/mentorships/{stage.mentorship_id}/pause", {}),
        ("POST", "feedback", f"/sessions/{stage.session_id}/hold", {}),
        ("POST", "notifications", f"/messages/{stage.message_id}/read", {}),
        ("PUT", "profiles", f"/people/{stage.ana.id}/profile", {"bio": "never"}),
    ]  # fmt: skip
    webs = {service: site.part(service).pid for service in SERVICES}
    site.kill("mongodb")

    def ask(one: tuple[str, str, str, Any]) -> requests.Response:
        method, service, path, body = one
        return stage.ana.actor.call(method, service, path, body, headers={"If-Match": "*"} if method == "PUT" else {})

    # Each answers within the client's patience of 15 seconds, also where eight ask at once.
    with ThreadPoolExecutor(len(asked)) as at_once:
        for reply in at_once.map(ask, asked):
            assert reply.status_code == 503, reply.text
            assert reply.headers["Content-Type"] == "application/problem+json"
            assert int(reply.headers["Retry-After"]) > 0
            assert "Traceback" not in reply.text
            assert "27017" not in reply.text
            assert "127.0.0.1" not in reply.json()["detail"]
    assert set(probes(site, "/readyz").values()) == {503}
    assert set(probes(site, "/livez").values()) == {200}

    site.mend()
    eventually(lambda: set(probes(site, "/readyz").values()) == {200}, LONG)
    assert {service: site.part(service).pid for service in SERVICES} == webs
    assert stage.ana.actor.get("profiles", "/me")["id"] == stage.ana.id
    # The workers go on, or ended cleanly and were started again by `mend`, as an orchestrator does.
    eventually(site.is_whole, LONG)
    session = schedule(stage.ana.actor, stage)
    assert session.status_code == 201, session.text
    eventually(lambda: log(site) == outbox(site), LONG)

    # What came twice over Kafka was told once.
    eventually(lambda: f"/sessions/{session.json()['id']}" in told_of_sessions(stage), LONG)
    assert len(set(told_of_sessions(stage))) == len(told_of_sessions(stage))


def test_a_command_that_its_process_did_not_survive_takes_effect_once(site: Breakable, stage: Stage) -> None:
    wave = uuid.uuid4().hex[:8]
    today = datetime.now(UTC).date()

    def create(n: int) -> requests.Response | None:
        body = {"name": f"{wave} {n}", "kind": "flash", "starts_on": str(today), "ends_on": str(today)}
        try:
            return stage.cara.actor.call("POST", "matching", "/programs", body, key=f"{wave}-{n}")
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return None  # unclear: that is the point

    with ThreadPoolExecutor(8) as at_once:
        unclear = [at_once.submit(create, n) for n in range(24)]
        eventually(lambda: sum(one.done() for one in unclear) >= 4)
        for child in site.part("matching").children():
            os.kill(child.pid, signal.SIGKILL)
        first = [one.result() for one in unclear]
    assert None in first, "nothing was under way when the process was killed"

    def repeated(n: int) -> dict[str, Any]:
        reply = eventually(lambda: [found] if (found := create(n)) is not None and found.ok else None, LONG)[0]
        told: dict[str, Any] = reply.json()
        return told

    ids = {f"{wave} {n}": repeated(n)["id"] for n in range(24)}
    for n, reply in enumerate(first):
        assert reply is None or not reply.ok or reply.json()["id"] == ids[f"{wave} {n}"]
    created = {"type": "mentormesh.matching.program.created.v1", "key": {"$in": list(ids.values())}}
    with site.database("matching") as database:
        held = [(one["name"], one["_id"]) for one in database["programs"].find({"name": {"$regex": f"^{wave} "}})]
        assert sorted(held) == sorted(ids.items())
        assert database["outbox"].count_documents(created) == 24


@pytest.fixture
def second_worker(site: Breakable, tmp_path: Path) -> Iterator[Running]:
    """Another matching worker beside the first."""
    port = assign(["matching-worker"], {}, {}, auto=True)["matching-worker"]
    ports = {**site.folder.read_ports(), "matching-worker": port}
    part = services.worker(services.Site(ports, site.folder.secrets()), "matching")
    one = start(part, tmp_path / "second.log")
    try:
        wait_ready(part, one)
        yield one
    finally:
        stop(one)


def test_a_request_expires_once_by_itself_though_two_workers_see_it(
    site: Breakable, stage: Stage, second_worker: Running
) -> None:
    dan = employ(site.described, stage.admin, "Dan")
    enrol(stage.cara, stage.program_id, dan, "mentee")
    asked = {"program_id": stage.program_id, "mentor_id": stage.ben.id}
    request_id = dan.actor.post("matching", "/requests", asked)["id"]
    # A program's shortest deadline is a day, so the day is made to have passed.
    past = {"$set": {"deadline": datetime.now(UTC) - timedelta(seconds=1)}}
    with site.database("matching") as database:
        assert database["requests"].update_one({"_id": request_id}, past).modified_count == 1

    eventually(lambda: dan.actor.get("matching", f"/requests/{request_id}")["state"] == "expired", LONG)
    expired = {"type": "mentormesh.matching.request.expired.v1", "key": request_id}
    with site.database("matching") as database:
        assert database["outbox"].count_documents(expired) == 1
    refused = stage.ben.actor.call("POST", "matching", f"/requests/{request_id}/accept", {})
    assert refused.status_code == 409


def settings_of(service: str) -> dict[str, str]:
    workers = [f"{one}-worker" for one in SERVICES]
    ports = dict.fromkeys([*SERVICES, *workers, "portal", "kafka", "mongodb", "identity", "mail"], 1)
    secrets = dict.fromkeys(("CURSOR_SECRET", "SIGNING_KEY_SECRET", "OIDC_CLIENT_SECRET", "SESSION_SECRET"), "s" * 40)
    return {"PATH": os.environ["PATH"], **services.settings(services.Site(ports, secrets), service)}


def run(service: str, command: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", service, command]
    return subprocess.run(argv, env=variables, capture_output=True, text=True, timeout=120)


def the_line(finished: subprocess.CompletedProcess[str]) -> str:
    assert finished.returncode == 2, finished.stderr
    assert "Traceback" not in finished.stdout + finished.stderr
    (line,) = finished.stderr.splitlines()
    return line


@pytest.mark.parametrize("service", SERVICES)
def test_a_missing_or_bad_setting_stops_a_service_with_one_line_that_names_it(service: str) -> None:
    variables = settings_of(service) | {"TOKEN_ISSUER": "nowhere", "WEB_THREADS": "many", "LOG_LEVEL": "loud"}
    del variables["MONGODB_URI"]
    for command in ("serve", "work"):
        line = the_line(run(service, command, variables))
        assert line.startswith(f"{service}: ")
        for name in ("MONGODB_URI is not set", "TOKEN_ISSUER must be", "WEB_THREADS must be", "LOG_LEVEL must be"):
            assert name in line


@pytest.mark.parametrize("service", SERVICES)
def test_a_database_that_is_not_there_stops_a_start_with_one_line(service: str) -> None:
    assert "MONGODB_URI: the server did not answer" in the_line(run(service, "serve", settings_of(service)))
