"""What the kit forgets of a person, while their events still come in."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from contracts import Envelope, Event, Record, encode
from contracts.profiles import ContactErased, PersonChanged, PersonErased
from servicekit.consumer import Applying, Consumer
from servicekit.forgetting import forget_traces
from servicekit.handling import Handler, topics_of
from servicekit.store import Unit
from servicekit.testing import FrozenClock, MemoryLog, MemoryStore
from servicekit.testing.pair import LISTENER, LISTENER_CATALOGUE

ANA = "prs_ana"


def told(data: Event, sequence: int) -> Record:
    return encode(
        Envelope(
            id=f"evt_{data.contract.noun}_{sequence}",
            source="/mentormesh/profiles",
            type=data.contract.type,
            time=datetime(2027, 2, 1, tzinfo=UTC),
            key=ANA,
            data=data,
            sequence=sequence,
            generation=1,
            correlationid="cor_1",
        )
    )


def test_a_line_that_was_parked_goes_on_though_its_end_comes_in_the_transaction_that_forgets() -> None:
    store: MemoryStore[Unit] = MemoryStore(Unit, LISTENER_CATALOGUE, LISTENER)
    log, heard = MemoryLog(), []

    def forgets(store: Any, clock: Any, envelope: Envelope) -> None:
        store.atomically(lambda unit: forget_traces(unit, LISTENER, ANA))

    def hears(store: Any, clock: Any, envelope: Envelope) -> None:
        heard.append((type(envelope.data), envelope.sequence))

    handlers = {ContactErased: Handler(forgets), PersonChanged: Handler(hears), PersonErased: Handler(hears)}
    applying, hours = Applying(LISTENER, handlers, FrozenClock()), count(step=3600)
    consumer = Consumer(store, log, applying, topics_of(handlers), monotonic=lambda: next(hours))
    known = PersonChanged(person_id=ANA, status="active", time_zone="UTC")
    log.append(replace(told(known, 1), value=b"{"))
    log.append(told(known, 2))
    consumer.step()
    assert len(store.held("parked")) == 2
    log.append(told(ContactErased(person_id=ANA), 1))
    log.append(told(PersonErased(person_id=ANA), 3))
    for _ in range(3):
        consumer.step()
    assert store.held("parked") == []
    lines = [(mark["parked"], mark["sequence"]) for mark in store.held("watermarks") if "person" in mark["topic"]]
    assert heard == [(PersonErased, 3)]
    assert lines == [(0, 3)]
