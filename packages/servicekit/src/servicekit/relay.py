"""The relay: takes the oldest unsent outbox rows, appends them to the log in order per key, and marks them sent."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from contracts import Envelope, decode_data, encode, topics
from servicekit import metrics
from servicekit.clock import Clock
from servicekit.lease import Lease, LeaseLost
from servicekit.log import Fenced, Log, LogUnavailable, Sender
from servicekit.store import OutboxRow, Store, Unit

BATCH = 200
_REMEMBERED_LINES = 50_000
# A server may compare each row with the whole list that it was found by.
_MARKED_AT_ONCE = 50
_LEAST_WIDTH = timedelta(milliseconds=10)
_BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

log = structlog.get_logger()
Line = tuple[str, str]  # topic and key: the line within which order is kept


@dataclass(frozen=True)
class Backlog:
    """The oldest unsent rows of one moment; `whole` where there are no others."""

    rows: Sequence[OutboxRow]
    whole: bool


@dataclass
class SentLines:
    """The sequence sent last per line, so that most rows need no question; it forgets the lines unused longest."""

    _last: OrderedDict[Line, int] = field(default_factory=OrderedDict)

    def follows(self, row: OutboxRow) -> bool:
        """Whether this process itself sent the row's predecessor."""
        return row.sequence == 1 or self._last.get((row.topic, row.key)) == row.sequence - 1

    def remember(self, rows: Iterable[OutboxRow]) -> None:
        """Note what was sent."""
        for row in rows:
            self._last[row.topic, row.key] = row.sequence
            self._last.move_to_end((row.topic, row.key))
        while len(self._last) > _REMEMBERED_LINES:
            self._last.popitem(last=False)


@dataclass
class Horizon:
    """Up to which moment the relay looks: in a long backlog not much further than a batch reaches.

    A server may read all that a question matches before it cuts off what is too much, and a question without an end
    then costs the whole backlog at every look.
    """

    until: datetime | None = None
    _width: timedelta = timedelta(0)

    def learn(self, backlog: Backlog, limit: int) -> None:
        """Set the next look's end by what this one found: nearer where it was too much, farther where too little."""
        rows = backlog.rows
        if backlog.whole or not rows:
            self.until, self._width = None, timedelta(0)
            return
        first, last = rows[0].time, rows[-1].time
        if len(rows) == limit:
            self._width = max(2 * (last - first), _LEAST_WIDTH)
            self.until = last + self._width
        else:
            self.widen()

    def widen(self) -> None:
        """Look twice as far as before."""
        if self.until is not None:
            self._width = 2 * max(self._width, _LEAST_WIDTH)
            self.until += self._width


def oldest_unsent(unit: Unit, limit: int, horizon: Horizon, now: datetime) -> Backlog:
    """The backlog's beginning, always from its start: a cursor would pass rows that commit late.

    Where nothing lies near, the next end is farther, up to now: between the bursts of an import lie gaps, and few short
    questions cost less than one without an end.
    """
    where: dict[str, Any] = {"sent_at": None}
    while horizon.until is not None:
        near = unit.find(OutboxRow, where | {"time": {"$lte": horizon.until}}, order=(("time", 1),), limit=limit)
        if near:
            return Backlog(near, whole=False)
        if horizon.until >= now:
            break
        horizon.widen()
    rows = unit.find(OutboxRow, where, order=(("time", 1),), limit=limit)
    return Backlog(rows, whole=len(rows) < limit)


def in_line(unit: Unit, backlog: Backlog, sent: SentLines) -> list[OutboxRow]:
    """The rows that may go now, in order per line.

    A row's predecessor is committed before it, so within one snapshot the lowest unsent sequence of a line is the
    line's next. Where the backlog is longer than what was read, the lines that this process did not send last are
    asked for what lies before them, all of a topic in one question: with a long backlog each question is slow.
    """
    lines: dict[Line, list[OutboxRow]] = {}
    for row in sorted(backlog.rows, key=lambda row: row.sequence):
        lines.setdefault((row.topic, row.key), []).append(row)
    unsure = [] if backlog.whole else [rows[0] for rows in lines.values() if not sent.follows(rows[0])]
    for row in _unsent_before(unit, unsure):
        lines[row.topic, row.key].insert(0, row)
    return [row for rows in lines.values() for row in contiguous(rows)]


def _unsent_before(unit: Unit, firsts: Iterable[OutboxRow]) -> list[OutboxRow]:
    """The unsent rows that lie before these in their lines, the latest first; one question per topic."""
    topics_of: dict[str, dict[str, int]] = {}
    for row in firsts:
        topics_of.setdefault(row.topic, {})[row.key] = row.sequence
    found: list[OutboxRow] = []
    for topic, keys in topics_of.items():
        told = unit.find(OutboxRow, {"topic": topic, "key": {"$in": list(keys)}}, order=(("sequence", -1),))
        found += [row for row in told if row.sent_at is None and row.sequence < keys[row.key]]
    return found


def contiguous(rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """The rows up to the first hole: one behind it committed while the window was cut, and goes next time."""
    run = [rows[0]]
    for row in rows[1:]:
        if row.sequence != run[-1].sequence + 1:
            break
        run.append(row)
    return run


def envelope(service: str, row: OutboxRow) -> Envelope:
    """The row as it travels."""
    return Envelope(
        id=row.id,
        source=f"/mentormesh/{service}",
        type=row.type,
        time=row.time,
        key=row.key,
        data=decode_data(row.type, row.data),
        sequence=row.sequence,
        generation=row.generation,
        correlationid=row.correlationid,
        causationid=row.causationid,
        traceparent=row.traceparent,
    )


class Relay:
    """The service's one sender: leased, fenced by the log, with a stand-by in every other worker.

    What it may do twice is send (after a crash between the acknowledgement and the mark): consumers skip that by
    their watermarks. What it may never do is pass a row over or send two of a key out of order.
    """

    def __init__(
        self,
        service: str,
        store: Store[Unit],
        events: Log,
        clock: Clock,
        lease: Lease | None = None,
        batch: int = BATCH,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service = service
        self._store = store
        self._events = events
        self._clock = clock
        self._lease = lease or Lease(store, f"{service}.relay")
        self._batch = batch
        self._sleep = sleep
        self._sender: Sender | None = None
        self._fence: int | None = None
        self._sent = SentLines()
        self._horizon = Horizon()
        self._failures = 0
        self._is_idle = False

    def step(self, woken: bool = False) -> int:
        """Send one batch; returns how many rows, 0 also where another process is the owner.

        Whoever was `woken` by a row knows that something waits, and does not ask for it first.
        """
        try:
            return self._step(woken)
        except (Fenced, LeaseLost) as lost:
            log.info("relay-lost-its-lease", reason=type(lost).__name__)
            self._let_go()
        except LogUnavailable as failure:
            metrics.RELAY_FAILURES.inc()
            log.warning("relay-cannot-send", reason=str(failure))
            self._let_go()
            self._sleep(_BACKOFF_SECONDS[min(self._failures, len(_BACKOFF_SECONDS) - 1)])
            self._failures += 1
        return 0

    def close(self) -> None:
        """Give the work to the stand-by."""
        self._let_go()
        self._lease.release()

    def _step(self, woken: bool) -> int:
        fence = self._lease.claim()
        metrics.RELAY_OWNER.set(fence is not None)
        if fence is None:
            self._let_go()
            return 0
        # Nobody needs a transaction while nothing waits.
        now = self._clock.now()
        nothing_known = self._is_idle and not woken
        if nothing_known and not self._store.reading(lambda unit: oldest_unsent(unit, 1, self._horizon, now)).rows:
            return 0
        ready = self._store.atomically(lambda unit: self._look(unit))
        if not ready:
            return 0
        records = [encode(envelope(self._service, row)) for row in ready]
        # The sender is opened after the claim, so an older owner's sender is fenced before the first row goes.
        sender = self._sender_of(fence)
        # With a long backlog the look alone can outlast a lease that is not renewed.
        if self._lease.claim() != fence or not self._lease.is_sure:
            return 0
        sender.send(records)
        self._store.atomically(lambda unit: self._mark(unit, ready))
        self._sent.remember(ready)
        self._failures = 0
        metrics.RELAY_BATCHES.inc()
        metrics.RELAY_ROWS.inc(len(ready))
        return len(ready)

    def _look(self, unit: Unit) -> list[OutboxRow]:
        backlog = oldest_unsent(unit, self._batch, self._horizon, self._clock.now())
        self._horizon.learn(backlog, self._batch)
        self._is_idle = not backlog.rows
        oldest = min((row.time for row in backlog.rows), default=None)
        metrics.OUTBOX_OLDEST.set((self._clock.now() - oldest).total_seconds() if oldest else 0.0)
        metrics.OUTBOX_UNSENT.set(len(backlog.rows))
        return in_line(unit, backlog, self._sent)

    def _mark(self, unit: Unit, rows: Sequence[OutboxRow]) -> None:
        self._lease.check(unit)
        now = self._clock.now()
        ids = [row.id for row in rows]
        for start in range(0, len(ids), _MARKED_AT_ONCE):
            unit.amend(OutboxRow, {"_id": {"$in": ids[start : start + _MARKED_AT_ONCE]}}, {"sent_at": now})
        older = [
            row.id
            for topic, newest in self._newest_states(rows).items()
            for row in self._told_before(unit, topic, newest)
        ]
        if older:
            unit.discard(OutboxRow, {"_id": {"$in": older}})

    @staticmethod
    def _told_before(unit: Unit, topic: str, newest: Mapping[str, int]) -> list[OutboxRow]:
        """The sent snapshots of these keys that are older than the newest."""
        keys = [key for key, sequence in newest.items() if sequence > 1]
        if not keys:
            return []
        told = unit.find(OutboxRow, {"topic": topic, "key": {"$in": keys}})
        return [row for row in told if row.sequence < newest[row.key] and row.sent_at is not None]

    @staticmethod
    def _newest_states(rows: Sequence[OutboxRow]) -> dict[str, dict[str, int]]:
        """Per state topic, the newest sequence sent of each key: older snapshots are of no use to anybody."""
        known = topics()
        newest: dict[str, dict[str, int]] = {}
        for row in rows:
            if known[row.topic].kind == "state":
                held = newest.setdefault(row.topic, {})
                held[row.key] = max(row.sequence, held.get(row.key, 0))
        return newest

    def _sender_of(self, fence: int) -> Sender:
        if self._sender is None or fence != self._fence:
            self._let_go()
            self._sender = self._events.sender(f"{self._service}.relay")
            self._fence = fence
            # What another owner sent meanwhile is not known here.
            self._sent = SentLines()
        return self._sender

    def _let_go(self) -> None:
        sender, self._sender = self._sender, None
        if sender is not None:
            sender.close()
