"""The first journey, which always works: from registration to a steady mentorship, seen by all who should see it."""

import uuid
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from typing import Any

import pytest
import requests
from icalendar import Calendar
from kafka import KafkaConsumer, TopicPartition
from platform_client import Actor, eventually, mails, sign_in

from contracts import Envelope, Record, Unreadable, decode, topics

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def actor(platform: dict[str, Any]) -> Any:
    tokens: dict[str, str] = {}

    def act(email: str) -> Actor:
        # Tokens live five minutes; the journey takes seconds.
        return Actor(platform["services"], lambda: tokens.setdefault(email, sign_in(platform, email)))

    return act


def registered(admin: Actor, name: str, **facts: Any) -> dict[str, Any]:
    mark = uuid.uuid4().hex[:8]
    body = {
        "external_id": mark,
        "email": f"{name.lower()}.{mark}@example.org",
        "name": name,
        "title": "Engineer",
        "department": "Platform",
        "level": 3,
        "site": "Berlin",
        "remote": True,
        "time_zone": "Europe/Berlin",
        "languages": ["en"],
        **facts,
    }
    return {**admin.post("profiles", "/people", body), "email": body["email"]}


def profile(**parts: Any) -> dict[str, Any]:
    return {
        "skills_offered": [],
        "skills_wanted": [],
        "goals": [],
        "helps_with": [],
        "availability": [{"day": "mon", "start": "09:00", "end": "12:00"}],
        "capacity": 1,
        "bio": "",
        "opted_out": False,
        "avoid": [],
        **parts,
    }


def notices(actor: Actor, kind: str) -> list[dict[str, Any]]:
    return [item for item in actor.get("notifications", "/inbox")["items"] if item["kind"] == kind]


def mails_to(platform: dict[str, Any], address: str) -> list[Message]:
    return [mail for mail in mails(platform) if address in str(mail["To"])]


def invitations(platform: dict[str, Any], address: str) -> list[Any]:
    return [
        Calendar.from_ical(part.get_payload(decode=True))
        for mail in mails_to(platform, address)
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]


def public_facts(kafka: str, program_id: str) -> dict[tuple[str, str], list[Envelope]]:
    """Every public fact of the program, as an integrator's consumer reads it: by topic and key, in order."""
    names = [topic.name for topic in topics().values() if topic.visibility == "public" and topic.kind == "fact"]
    consumer = KafkaConsumer(
        bootstrap_servers=kafka, auto_offset_reset="earliest", enable_auto_commit=False,
        allow_auto_create_topics=False, isolation_level="read_committed",
    )  # fmt: skip
    try:
        present = consumer.topics()
        partitions = [TopicPartition(name, n) for name in names if name in present
                      for n in consumer.partitions_for_topic(name) or ()]  # fmt: skip
        consumer.assign(partitions)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(partitions)
        found: dict[tuple[str, str], list[Envelope]] = defaultdict(list)
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            for records in consumer.poll(timeout_ms=500).values():
                for record in records:
                    try:
                        envelope = decode(Record(record.topic, record.key, record.value, tuple(record.headers)))
                    except Unreadable:
                        continue  # poison that another test left on the shared log; the platform parks it
                    if getattr(envelope.data, "program_id", None) == program_id:
                        found[(record.topic, envelope.key)].append(envelope)
        return found
    finally:
        consumer.close()


def test_the_first_journey(platform: dict[str, Any], actor: Any) -> None:
    admin = actor(platform["people"]["people_admin"])
    ana_facts = registered(admin, "Ana", level=2)
    ben_facts = registered(admin, "Ben", level=4)
    cara_facts = registered(admin, "Cara", level=5)
    for facts in (ana_facts, ben_facts, cara_facts):
        facts["actor"] = actor(facts["email"])
    roles = f"/people/{cara_facts['id']}/roles"
    admin.put("profiles", roles, {"roles": ["program_manager"]})
    ana, ben, cara = ana_facts["actor"], ben_facts["actor"], cara_facts["actor"]

    # Each publishes a profile.
    skill = f"Rust {uuid.uuid4().hex[:6]}"
    ana.put("profiles", f"/people/{ana_facts['id']}/profile", profile(skills_wanted=[skill], goals=["Leading people"]))
    ben.put(
        "profiles",
        f"/people/{ben_facts['id']}/profile",
        profile(skills_offered=[{"skill": skill, "level": 5}], helps_with=["Leading people"], capacity=2),
    )

    # Cara opens a program and approves both.
    today = date.today()  # noqa: DTZ011 - a program's dates are plain days
    program = cara.post(
        "matching",
        "/programs",
        {"name": "Leaders", "kind": "one_to_one", "starts_on": str(today), "ends_on": str(today + timedelta(days=180))},
    )
    cara.post("matching", f"/programs/{program['id']}/open")
    for person, role in ((ana, "mentee"), (ben, "mentor")):
        enrolment = person.post("matching", f"/programs/{program['id']}/enrolments", {"role": role})
        if enrolment["state"] != "approved":
            cara.post("matching", f"/enrolments/{enrolment['id']}/approve")
    cara.post("matching", f"/programs/{program['id']}/start")

    # Ana sees Ben recommended, and why.
    def ben_recommended() -> dict[str, Any] | None:
        reply = ana.call("GET", "matching", f"/programs/{program['id']}/recommendations", params={"limit": 10})
        items = reply.json().get("items", []) if reply.ok else []
        # The skill was only just coined: its name's event may come later than the profile's.
        return next(
            (
                item
                for item in items
                if item["mentor_id"] == ben_facts["id"]
                and item["components"]["skills"] > 0
                and any(skill.split()[0] in reason for reason in item["reasons"])
            ),
            None,
        )

    recommendation = eventually(ben_recommended)
    assert recommendation["score"] > 0

    # She asks him; he reads it in his inbox and in his mail; he accepts.
    request = ana.post(
        "matching", "/requests", {"program_id": program["id"], "mentor_id": ben_facts["id"], "message": "May I?"}
    )
    eventually(lambda: notices(ben, "request_received"))
    eventually(lambda: mails_to(platform, ben_facts["email"]))
    accepted = ben.post("matching", f"/requests/{request['id']}/accept")
    mentorship = accepted["mentorship_id"]
    eventually(lambda: notices(ana, "request_accepted") or notices(ana, "mentorship_started"))
    eventually(lambda: notices(ben, "mentorship_started"))

    # The first session: a calendar invitation to both, then held and reviewed.
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    session = ana.post(
        "feedback",
        f"/mentorships/{mentorship}/sessions",
        {"starts_at": starts.isoformat(), "minutes": 45, "agenda": "Get to know each other", "place": "Room 1"},
    )
    for facts in (ana_facts, ben_facts):
        (invitation,) = eventually(lambda facts=facts: invitations(platform, facts["email"]))  # type: ignore[misc]
        (event,) = invitation.walk("VEVENT")
        assert invitation["METHOD"] == "REQUEST"
        assert event.start == starts
    ben.post("feedback", f"/sessions/{session['id']}/hold")
    review = ana.put("feedback", f"/sessions/{session['id']}/review", {"rating": 5, "comment": "He listens."})
    assert review["rating"] == 5

    # Cara sees the mentorship steady.
    def level() -> str | None:
        items = cara.get("feedback", f"/programs/{program['id']}/health")["items"]
        return next((item["level"] for item in items if item["mentorship_id"] == mentorship), None)

    eventually(lambda: level() == "steady")

    # An integrator has read every public fact of the story: per key in order, each once.
    def story() -> dict[tuple[str, str], list[Envelope]] | None:
        found = public_facts(platform["kafka"], program["id"])
        told = {".".join(e.type.split(".")[2:4]) for envelopes in found.values() for e in envelopes}
        expected = {
            "program.created", "program.opened", "program.started", "enrolment.applied", "enrolment.approved",
            "request.made", "request.accepted", "mentorship.started", "session.scheduled", "session.held",
        }  # fmt: skip
        return found if expected <= told else None

    for envelopes in eventually(story).values():
        assert [envelope.sequence for envelope in envelopes] == list(range(1, len(envelopes) + 1))
        assert len({envelope.id for envelope in envelopes}) == len(envelopes)

    # So has one without Kafka, from the feed.
    client = admin.post("profiles", "/clients", {"name": "Warehouse", "scopes": ["events:read"]})
    grant = {"grant_type": "client_credentials", "client_id": client["client_id"],
             "client_secret": client["client_secret"]}  # fmt: skip
    reply = requests.post(f"{platform['services']['profiles']}/v1/oauth/token", data=grant, timeout=15)
    assert reply.ok, reply.text
    integrator = Actor(platform["services"], lambda: reply.json()["access_token"])

    def in_the_feed() -> bool:
        cursor: str | None = None
        types: set[str] = set()
        while True:
            query = {"limit": 100} | ({"after": cursor} if cursor else {})
            page = integrator.get("notifications", "/events", **query)
            types |= {item["type"] for item in page["items"] if item["data"].get("program_id") == program["id"]}
            if not page["items"]:
                return "mentormesh.feedback.session.held.v1" in types
            cursor = page["next"]

    eventually(in_the_feed)
