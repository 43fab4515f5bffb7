"""The right to be forgotten, on the running platform: a canary in every field that a person can fill is nowhere left.

The platform is one of its own, since processes die here and topics are compacted within seconds. What is read
afterwards: every document of every collection of every database, every record of every topic, and every log file. The
mails that were sent meanwhile are delivered and out of reach, so they are not looked at.
"""

import base64
import tempfile
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from platform_client import Actor, eventually
from pymongo import MongoClient
from staged import Player, appoint, employ, enrol, program, projected, publish, signed_in

from contracts import topics
from mentormesh.stack import lifecycle, services
from mentormesh.stack.folder import Folder
from mentormesh.stack.processes import Running
from servicekit.mongo import MongoStore, connect
from servicekit.replay import replay
from servicekit.store import Catalogue, Unit

pytestmark = [pytest.mark.stack, pytest.mark.long]

SERVICES = ("profiles", "matching", "feedback", "notifications")
PERSONAL = sorted(name for name, topic in topics().items() if topic.personal)
HEALTH = "mentormesh.feedback.health"
LONG = 120.0
WRITTEN_IN = (
    *(f"profiles.{name}" for name in ("people", "profiles", "skills", "themes", "replies", "import_batches")),
    *(f"matching.{name}" for name in ("people", "requests", "replies", "parked", "run_snapshots")),
    *(f"feedback.{name}" for name in ("sessions", "reviews", "journeys", "parked")),
    *(f"notifications.{name}" for name in ("contacts", "feed", "parked")),
)
# A day and an hour in life; here as short as a broker can be made to compact.
PACE = {
    "ERASURE_COOL_OFF": "6",
    "ERASURE_RECEIPTS_WITHIN": "5",
    "ERASURE_RETELL_AFTER": "4",
    "ERASURE_COMPACTION_LAG": "45",
}
QUICK = {
    "segment.ms": "1000",
    "max.compaction.lag.ms": "1000",
    "min.cleanable.dirty.ratio": "0.01",
    "delete.retention.ms": "100",
}


@dataclass
class Site:
    """The platform, whose processes may be killed."""

    folder: Folder
    described: dict[str, Any] = field(default_factory=dict)

    def mend(self) -> None:
        wanted = lifecycle.Wanted(services=SERVICES, auto_ports=True)
        self.described = lifecycle.up(self.folder, wanted, lambda part, news: None)

    def kill(self, name: str) -> None:
        process = lifecycle.recorded(self.folder)[name].process()
        assert process is not None
        process.kill()
        psutil.wait_procs([process], timeout=15)

    def is_whole(self) -> bool:
        return all(map(Running.process, lifecycle.recorded(self.folder).values()))

    @contextmanager
    def database(self) -> Iterator[MongoClient[Any]]:
        with MongoClient[Any](self.described["mongodb"], tz_aware=True) as client:
            yield client


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    usual = services._profiles
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="mentormesh-forgetting-") as root:
        patch.setattr(services, "_profiles", lambda of: {**usual(of), **PACE})
        site = Site(Folder(Path(root) / "stack"))
        site.mend()
        try:
            make_compaction_quick(site)
            yield site
        finally:
            lifecycle.down(site.folder, wipe=True, tell=lambda part, news: None)


def make_compaction_quick(site: Site) -> None:
    admin = KafkaAdminClient(bootstrap_servers=site.described["kafka"])
    try:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=QUICK) for name in PERSONAL])
    finally:
        admin.close()


@dataclass(frozen=True)
class Story:
    """Ana, who wrote the canary wherever she could, and who saw her do it."""

    canary: str
    admin: Actor
    ana: Player
    ben: Player
    mentorship_id: str


def fill_everything(site: Site, canary: str) -> Story:
    """The canary in every field that a person can fill, and in every HR fact."""
    admin = signed_in(site.described, site.described["people"]["people_admin"])
    language = f"en-x-{canary[:8]}"
    facts = {name: f"{canary} {name}" for name in ("title", "department", "site", "external_id")}
    attributes = {"note": canary, canary: "yes"}
    ana = employ(site.described, admin, canary, **facts, attributes=attributes, languages=["en", language])
    ben, cara = employ(site.described, admin, "Ben"), appoint(site.described, admin, "Cara")
    etag = ana.actor.call("GET", "profiles", f"/people/{ana.id}").headers["ETag"]
    mine = {"locale": language, "languages": [language, "en"], "time_zone": "Europe/Paris"}
    assert ana.actor.call("PATCH", "profiles", f"/people/{ana.id}", mine, headers={"If-Match": etag}).ok
    question = {"key": "note", "kind": "text", "label": {"en": "What should we know?"}}
    assert admin.call("POST", "profiles", "/profile-fields", question).ok
    publish(
        ana,
        bio=f"I am {canary}",
        skills_offered=[{"skill": f"{canary} offered", "level": 3}],
        skills_wanted=[f"{canary} wanted"],
        goals=[f"{canary} goal"],
        helps_with=[f"{canary} help"],
        avoid=[cara.id],
        capacity=2,
        consent={canary: True},
        fields={"note": f"{canary} answer"},
    )
    publish(ben, bio="Ben", capacity=3, avoid=[])
    program_id = program(cara)
    enrol(cara, program_id, ben, "mentor")
    enrol(cara, program_id, ana, "mentee", wishes=[ben.id])
    cara.actor.post("matching", f"/programs/{program_id}/start")
    match(cara, program_id)
    preview(admin, f"external_id,title\n{canary} external_id,{canary} promoted\n")
    asked = {"program_id": program_id, "mentor_id": ben.id, "message": f"Dear Ben, {canary}"}
    reply = ana.actor.call("POST", "matching", "/requests", asked, headers={"Idempotency-Key": canary})
    assert reply.ok, reply.text
    mentorship_id = ben.actor.post("matching", f"/requests/{reply.json()['id']}/accept")["mentorship_id"]
    projected(ana, "feedback", f"/mentorships/{mentorship_id}/journey")
    agreement = {name: f"{canary} {name}" for name in ("aims", "meeting", "boundaries")}
    ana.actor.put("feedback", f"/mentorships/{mentorship_id}/agreement", agreement)
    starts = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    words = {"agenda": f"{canary} agenda", "place": f"{canary} place"}
    body = {"starts_at": starts, "minutes": 45, **words}
    session = ana.actor.post("feedback", f"/mentorships/{mentorship_id}/sessions", body)
    ana.actor.post("feedback", f"/sessions/{session['id']}/hold")
    described = ana.actor.call("GET", "feedback", f"/sessions/{session['id']}")
    notes = {"notes": f"{canary} notes"}
    etag = described.headers["ETag"]
    told = ana.actor.call("PATCH", "feedback", f"/sessions/{session['id']}", notes, headers={"If-Match": etag})
    assert told.ok, told.text
    review = {"rating": 5, "comment": f"{canary} comment"}
    assert ana.actor.call("PUT", "feedback", f"/sessions/{session['id']}/review", review).ok
    eventually(lambda: ana.actor.get("notifications", "/inbox")["items"])
    return Story(canary, admin, ana, ben, mentorship_id)


def match(cara: Player, program_id: str) -> None:
    """A run, which keeps a snapshot of everybody in the program."""
    run = cara.actor.post("matching", f"/programs/{program_id}/runs", {})["id"]
    eventually(lambda: cara.actor.get("matching", f"/runs/{run}")["state"] == "ready", LONG)


def preview(admin: Actor, text: str) -> None:
    """A file of HR's that waits to be carried out, and holds what it says until then."""
    url = f"{admin.services['profiles']}/v1/imports"
    headers = {
        "Authorization": f"Bearer {admin.token()}",
        "Content-Type": "text/csv",
        "Idempotency-Key": uuid.uuid4().hex,
    }
    made = requests.post(url, data=text.encode(), headers=headers, params={"mode": "changes"}, timeout=15)
    assert made.status_code == 201, made.text
    eventually(lambda: admin.get("profiles", f"/imports/{made.json()['id']}")["state"] == "ready", LONG)


def poison(site: Site, story: Story) -> None:
    """A record about Ana that nobody can read, so that it waits parked with all its bytes."""
    producer = KafkaProducer(bootstrap_servers=site.described["kafka"])
    try:
        value = f'{{"broken": "{story.canary}"'.encode()
        producer.send("mentormesh.profiles.person", key=story.ana.id.encode(), value=value).get(timeout=30)
    finally:
        producer.close()

    def parked() -> bool:
        with site.database() as client:
            return all(client[name]["parked"].count_documents({}) for name in ("matching", "feedback", "notifications"))

    eventually(parked, LONG)


def found_in_databases(site: Site, canary: str) -> list[str]:
    with site.database() as client:
        return [
            f"{name}.{collection}: {document['_id']}"
            for name in client.list_database_names()
            if name not in ("admin", "local", "config")
            for collection in client[name].list_collection_names()
            for document in client[name][collection].find({})
            if canary in decoded(document)
        ]


def decoded(document: dict[str, Any]) -> str:
    """A document as text; bytes are kept in base64, those of a run's snapshot compressed before."""
    return " ".join([str(document), *(packed(value) for value in document.values() if isinstance(value, str))])


def packed(text: str) -> str:
    """What is packed in a text; nothing where it is a plain one."""
    try:
        held = base64.b64decode(text, validate=True)
    except ValueError:
        return ""
    with suppress(zlib.error):
        held = zlib.decompress(held)
    return held.decode(errors="replace")


def found_in_topics(site: Site, canary: str) -> list[str]:
    """Where a reader from the very beginning still meets the canary."""
    found = []
    consumer = KafkaConsumer(
        bootstrap_servers=site.described["kafka"], auto_offset_reset="earliest", enable_auto_commit=False,
        allow_auto_create_topics=False, isolation_level="read_uncommitted",
    )  # fmt: skip
    try:
        names = [name for name in consumer.topics() if not name.startswith("__")]
        partitions = [TopicPartition(name, n) for name in names for n in consumer.partitions_for_topic(name) or ()]
        consumer.assign(partitions)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(partitions)
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            for records in consumer.poll(timeout_ms=500).values():
                for record in records:
                    parts = (record.key or b"", record.value or b"", *(value for _, value in record.headers))
                    if any(canary.encode() in part for part in parts):
                        found.append(f"{record.topic}/{record.partition}@{record.offset}")
    finally:
        consumer.close()
    return found


def found_in_logs(site: Site, canary: str) -> list[str]:
    ours = [path for path in site.folder.logs.iterdir() if path.name.startswith(SERVICES)]
    assert ours
    return [path.name for path in ours if canary in path.read_text(errors="replace")]


def test_somebody_is_forgotten_everywhere_though_services_die_midway_and_everything_is_replayed(site: Site) -> None:
    canary = f"cnry{uuid.uuid4().hex[:6]}"
    story = fill_everything(site, canary)
    poison(site, story)
    places = found_in_databases(site, canary)
    for collection in WRITTEN_IN:
        assert any(place.startswith(collection) for place in places), f"the canary never was in {collection}"
    # The health of a mentorship is about people, and has no words.
    assert {place.partition("/")[0] for place in found_in_topics(site, canary)} == {*PERSONAL} - {HEALTH}

    erasure = story.ana.actor.post("profiles", "/erasures")
    eventually(
        lambda: story.ben.actor.get("matching", f"/mentorships/{story.mentorship_id}")["state"] == "paused", LONG
    )
    site.kill("matching-worker")
    site.kill("feedback-worker")

    def state(*wanted: str) -> dict[str, Any] | None:
        found: dict[str, Any] = story.admin.get("profiles", f"/erasures/{erasure['id']}")
        return found if found["state"] in wanted else None

    started = eventually(lambda: state("started"), LONG)
    assert {"matching", "feedback"} <= set(started["missing"])
    assert story.ana.actor.call("GET", "profiles", "/me").status_code == 401
    # The receipt's time passes, a clock says so, and then another process dies.
    eventually(lambda: (state("started") or {}).get("overdue"), LONG)
    site.kill("profiles-worker")
    eventually(lambda: site.mend() or site.is_whole(), LONG)

    done = eventually(lambda: state("completed"), LONG + 60)
    assert (done["missing"], done["overdue"]) == ([], False)
    assert set(done["destroyed"]) == set(SERVICES)
    assert done["destroyed"]["feedback"]["reviews"] >= 1
    assert done["destroyed"]["matching"]["request_messages"] == 1
    assert done["destroyed"]["matching"]["run_snapshots"] == 1
    assert done["destroyed"]["notifications"]["parked_events"] >= 1
    assert found_in_databases(site, canary) == []
    assert found_in_topics(site, canary) == []
    assert found_in_logs(site, canary) == []

    with site.database() as client:
        eventually(lambda: not any(lines(client[service], {"parked": {"$gt": 0}}) for service in SERVICES), LONG)
    replay_everything(site)
    with site.database() as client:
        assert client["matching"]["people"].find_one({"_id": story.ana.id})["status"] == "erased"
        assert client["notifications"]["contacts"].find_one({"_id": story.ana.id})["email"] == ""
    assert found_in_databases(site, canary) == []
    assert story.admin.call("GET", "profiles", f"/people/{story.ana.id}").status_code == 404
    ended = story.ben.actor.get("matching", f"/mentorships/{story.mentorship_id}")
    assert ended["state"] == "ended"


def replay_everything(site: Site) -> None:
    """Every consumer reads every topic from its beginning again, and comes to rest."""
    with connect(site.described["mongodb"]) as client:
        for service in SERVICES:
            # A consumer notices with its next event; where none comes, when it starts again.
            site.kill(f"{service}-worker")
            store: MongoStore[Unit] = MongoStore(client[service], Unit, Catalogue(()), service)
            replay(store, service, {name for name, topic in topics().items() if service in topic.consumers})
            assert unread(client[service])
        site.mend()
        eventually(lambda: not any(unread(client[service]) for service in SERVICES), LONG)


def unread(database: Any) -> int:
    """How many keys were read once and wait to be read again."""
    return lines(database, {"sequence": 0, "reached_sequence": {"$gt": 0}})


def lines(database: Any, where: dict[str, Any]) -> int:
    count: int = database["watermarks"].count_documents(where)
    return count
