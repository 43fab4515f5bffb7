"""An erasure: one person's right to be forgotten, from the request over every service's receipt to the certificate."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from contracts import topics
from contracts.profiles import (
    ErasureCancelled,
    ErasureCompleted,
    ErasureRequested,
    ErasureStarted,
    ReceiptRecorded,
)
from servicekit.entity import Entity
from servicekit.refusals import WrongState

State = Literal["requested", "started", "completed", "cancelled"]
# Whoever tells receipts holds data about people, so a new service counts from its first contract on.
GIVERS = frozenset(topic.producer for topic in topics().values() if topic.name.endswith(".receipt"))


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long the steps take.

    Kafka compacts closed segments only, and closes one only when a record is appended after `segment.ms` (an hour). So
    the end of each topic's story is told twice, `retell_after` apart: the second record closes the segment of the
    first. From then on what it replaced is gone within `max.compaction.lag.ms` (a day) and the cleaner's own time:
    `compaction_lag`. See docs/decisions/0016-erasure-tells-the-end-twice.md.
    """

    cool_off: timedelta = timedelta(days=14)
    receipts_within: timedelta = timedelta(hours=24)
    retell_after: timedelta = timedelta(minutes=65)
    compaction_lag: timedelta = timedelta(hours=25)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """How much of each kind of data one service destroyed."""

    destroyed: dict[str, int]
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class Gone(Entity):
    """What stays of a person: an id that was theirs. It numbers the events that end the topics' stories of them."""

    erasure_id: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Erasure(Entity):
    """`deadline` is the end of the cool-off; `due_at` is when the clock looks at it next, None where it is over.

    `receipts_due` moves on each time a receipt is missed; `compacted_at` is known once all are in and all was retold.
    """

    person_id: str
    state: State = "requested"
    requested_by: str
    requested_at: datetime
    deadline: datetime
    due_at: datetime | None
    cancelled_at: datetime | None = None
    started_at: datetime | None = None
    receipts_due: datetime | None = None
    receipts: dict[str, Receipt] = field(default_factory=dict)
    overdue: bool = False
    retell_at: datetime | None = None
    compacted_at: datetime | None = None
    completed_at: datetime | None = None

    @staticmethod
    def requested(
        id: str, person_id: str, by: str, now: datetime, pace: Pace
    ) -> tuple["Erasure", tuple[ErasureRequested, ...]]:
        """A new erasure, that can be undone until its deadline."""
        deadline = now + pace.cool_off
        erasure = Erasure(
            id=id, person_id=person_id, requested_by=by, requested_at=now, deadline=deadline, due_at=deadline
        )
        return erasure, (ErasureRequested(erasure_id=id, person_id=person_id, deadline=deadline),)

    @property
    def missing(self) -> tuple[str, ...]:
        """The services whose receipt is not there; none before the start."""
        return tuple(sorted(GIVERS - self.receipts.keys())) if self.state == "started" else ()

    @property
    def destroyed(self) -> Mapping[str, Mapping[str, int]]:
        """The certificate's counts: per service, how much of each kind of data."""
        return {service: receipt.destroyed for service, receipt in sorted(self.receipts.items())}

    def cancelled(self, now: datetime) -> tuple["Erasure", tuple[ErasureCancelled, ...]]:
        """Undone; again changes nothing.

        Raises:
            WrongState: data was destroyed already.
        """
        if self.state == "cancelled":
            return self, ()
        if self.state != "requested":
            raise WrongState(f"The erasure is {self.state}: what was destroyed cannot come back.")
        undone = replace(self, state="cancelled", cancelled_at=now, due_at=None)
        return undone, (ErasureCancelled(erasure_id=self.id, person_id=self.person_id),)

    def started(
        self, destroyed: dict[str, int], now: datetime, pace: Pace
    ) -> tuple["Erasure", tuple[ErasureStarted, ReceiptRecorded]]:
        """Data is destroyed: here in this very transaction, elsewhere as the news arrives."""
        receipts_due = now + pace.receipts_within
        begun = replace(
            self, state="started", started_at=now, receipts_due=receipts_due, retell_at=now + pace.retell_after
        )
        return begun._scheduled(now, pace), (
            ErasureStarted(erasure_id=self.id, person_id=self.person_id, deadline=receipts_due),
            ReceiptRecorded(erasure_id=self.id, person_id=self.person_id, destroyed=destroyed),
        )

    def receipted(self, service: str, destroyed: Mapping[str, int], now: datetime, pace: Pace) -> "Erasure":
        """One more receipt; a second one of the same service changes nothing."""
        if service in self.receipts or self.state != "started":
            return self
        receipts = {**self.receipts, service: Receipt(destroyed=dict(destroyed), recorded_at=now)}
        held = replace(self, receipts=receipts)
        return replace(held, overdue=held.overdue and bool(held.missing))._scheduled(now, pace)

    def is_to_be_retold(self, now: datetime) -> bool:
        """Whether it is time to tell the end of each topic's story again."""
        return self.retell_at is not None and self.retell_at <= now

    def retold(self, now: datetime, pace: Pace) -> "Erasure":
        """The segments with the first telling are closed."""
        return replace(self, retell_at=None)._scheduled(now, pace)

    def missed(self, now: datetime, pace: Pace) -> "Erasure":
        """A receipt is missing past its time: operators are told, and the clock looks again."""
        return replace(self, overdue=True, receipts_due=now + pace.receipts_within)._scheduled(now, pace)

    def postponed(self, now: datetime, pace: Pace) -> "Erasure":
        """The second telling was not sent yet, so the compaction of what is to go did not begin."""
        return replace(self, compacted_at=None)._scheduled(now, pace)

    def completed(self, now: datetime) -> tuple["Erasure", tuple[ErasureCompleted, ...]]:
        """Every receipt is in and every topic was compacted: the certificate holds."""
        done = replace(self, state="completed", completed_at=now, due_at=None)
        return done, (ErasureCompleted(erasure_id=self.id, person_id=self.person_id),)

    def _scheduled(self, now: datetime, pace: Pace) -> "Erasure":
        """The erasure with the moment of its next step."""
        compacted_at = self.compacted_at
        if not self.missing and self.retell_at is None and compacted_at is None:
            compacted_at = now + pace.compaction_lag
        steps = (self.retell_at, self.receipts_due if self.missing else None, compacted_at)
        return replace(self, compacted_at=compacted_at, due_at=min(step for step in steps if step is not None))
