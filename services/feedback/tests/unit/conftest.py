"""A feedback service in memory, with a pair whose mentorship runs."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts import Envelope, Event
from contracts.matching import Journey as PlannedJourney
from contracts.matching import MentorshipStarted, Milestone, PlanChanged
from feedback import repository
from feedback.handlers import HANDLERS
from servicekit.caller import Caller
from servicekit.store import Catalogue
from servicekit.testing import FrozenClock, MemoryStore

NOW = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
ANA = Caller.person("prs_ana")
BEN = Caller.person("prs_ben")
CARA = Caller.person("prs_cara", "program_manager")
DAN = Caller.person("prs_dan")

STARTED = MentorshipStarted(
    mentorship_id="mnt_1", program_id="prg_1", mentor_id="prs_ben", mentee_ids=("prs_ana",), request_id="req_1"
)
PLAN = PlanChanged(
    program_id="prg_1",
    name="Leaders",
    kind="one_to_one",
    state="running",
    managers=("prs_cara",),
    starts_on=date(2027, 1, 1),
    ends_on=date(2027, 12, 31),
    journey=PlannedJourney(milestones=(Milestone(key="kick_off", title="First meeting", due_after="P2W"),)),
)

IDS: dict[str, Any] = {
    "mentorship_id": "mnt_1",
    "program_id": "prg_1",
    "mentor_id": "prs_ben",
    "mentee_ids": ("prs_ana",),
}

Tell = Callable[..., None]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture
def store() -> MemoryStore[repository.Unit]:
    return MemoryStore(unit=repository.Unit, catalogue=Catalogue(repository.DOCUMENTS), service="feedback")


@pytest.fixture
def tell(store: MemoryStore[repository.Unit], clock: FrozenClock) -> Tell:
    """Let events arrive, one after another."""

    def tell(*events: Event) -> None:
        for event in events:
            HANDLERS[type(event)](store, clock, enveloped(event, clock.now()))

    return tell


@pytest.fixture
def running(tell: Tell) -> None:
    """Ana and Ben's mentorship runs in Cara's program."""
    tell(PLAN, STARTED)


def enveloped(event: Event, at: datetime) -> Envelope:
    return Envelope(
        id="evt_1",
        source="/matching",
        type=event.contract.type,
        time=at,
        key=event.key,
        data=event,
        sequence=1,
        generation=1,
        correlationid="cor_1",
    )
