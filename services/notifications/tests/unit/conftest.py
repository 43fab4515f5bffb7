"""A notifications service in memory, whose mails are kept instead of sent."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts import Envelope, Event
from contracts.feedback import SessionScheduled
from contracts.matching import PlanChanged, RequestMade
from contracts.profiles import ContactChanged, PersonChanged
from notifications import repository
from notifications.domain.mail import Mail
from notifications.handlers import HANDLERS
from notifications.timers import timers
from servicekit.caller import Caller
from servicekit.store import Catalogue
from servicekit.testing import FrozenClock, MemoryStore

NOW = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
STARTS = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
PORTAL = "https://mentoring.example.org"
ANA, BEN, DAN = Caller.person("prs_ana"), Caller.person("prs_ben"), Caller.person("prs_dan")

ANA_CONTACT = ContactChanged(
    person_id="prs_ana", name="Ana Díaz", email="ana@example.org", locale="en-GB", time_zone="Europe/Madrid"
)
BEN_CONTACT = ContactChanged(
    person_id="prs_ben", name="Ben Müller", email="ben@example.org", locale="de", time_zone="Europe/Berlin"
)
PLAN = PlanChanged(
    program_id="prg_1",
    name="Leaders 2027",
    kind="one_to_one",
    state="running",
    starts_on=date(2027, 1, 1),
    ends_on=date(2027, 12, 31),
)
REQUEST: dict[str, Any] = {
    "request_id": "req_1",
    "program_id": "prg_1",
    "mentee_id": "prs_ana",
    "mentor_id": "prs_ben",
    "made_by": "mentee",
    "deadline": datetime(2027, 1, 18, 23, 0, tzinfo=UTC),
}
MENTORSHIP: dict[str, Any] = {
    "mentorship_id": "mnt_1",
    "program_id": "prg_1",
    "mentor_id": "prs_ben",
    "mentee_ids": ("prs_ana",),
}
SESSION: dict[str, Any] = {
    **MENTORSHIP,
    "session_id": "ses_1",
    "starts_at": STARTS,
    "minutes": 45,
    "revision": 0,
}
ASKED = RequestMade(**REQUEST)
SCHEDULED = SessionScheduled(**SESSION)
BEN_LEFT = PersonChanged(person_id="prs_ben", status="left", time_zone="Europe/Berlin")

Store = MemoryStore[repository.Unit]
Tell = Callable[..., None]
Send = Callable[[], int]


class KeptMail:
    """A mail server that keeps what it gets, and raises what it was told to raise, once each."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.trouble: list[Exception] = []

    def send(self, mail: Mail) -> None:
        self.mails.append(mail)
        if self.trouble:
            raise self.trouble.pop(0)

    def to(self, person: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.to.email == f"{person}@example.org"]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture
def store() -> Store:
    return MemoryStore(unit=repository.Unit, catalogue=Catalogue(repository.DOCUMENTS), service="notifications")


@pytest.fixture
def server() -> KeptMail:
    return KeptMail()


@pytest.fixture
def tell(store: Store, clock: FrozenClock) -> Tell:
    """Let events arrive, one after another, each with an id and a sequence of its own."""
    told: list[Event] = []

    def tell(*events: Event) -> None:
        for event in events:
            told.append(event)
            HANDLERS[type(event)](store, clock, enveloped(event, clock.now(), len(told)))

    return tell


@pytest.fixture
def send(store: Store, clock: FrozenClock, server: KeptMail) -> Send:
    """Let the clock look once; returns how many deliveries were due."""
    (timer,) = timers(server, PORTAL)

    def send() -> int:
        due = list(store.reading(lambda unit: timer.due(unit, clock.now())))
        for id in due:
            timer.act(store, clock, Caller.system("notifications"), id)
        return len(due)

    return send


@pytest.fixture
def known(tell: Tell) -> None:
    """Ana, Ben and their program are known."""
    tell(ANA_CONTACT, BEN_CONTACT, PLAN)


def enveloped(event: Event, at: datetime, number: int = 1, **changes: Any) -> Envelope:
    attributes: dict[str, Any] = {
        "id": f"evt_{number:04}",
        "source": "/matching",
        "type": event.contract.type,
        "time": at,
        "key": event.key,
        "data": event,
        "sequence": number,
        "generation": 1,
        "correlationid": "cor_1",
    }
    return Envelope(**{**attributes, **changes})
