"""What becomes of each record inside the transaction: applied, skipped as known, or parked; nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from contracts import Envelope, topics
from servicekit import origin
from servicekit.clock import Clock
from servicekit.consumer.incoming import Incoming, Poison
from servicekit.handling import Foresight, Handlers
from servicekit.ledger import Parked, Watermark, key_of, line_of, parked_id
from servicekit.origin import Origin
from servicekit.store import JoinedStore, Unit


class Outcome(Enum):
    """What became of one record."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    PARKED = "parked"


@dataclass(frozen=True)
class Verdict:
    """One record's outcome, with the cause where it was parked."""

    topic: str
    outcome: Outcome
    cause: str = ""


class Applying:
    """The rules of one group (one service): order per key, each event once, nothing dropped."""

    def __init__(self, group: str, handlers: Handlers, clock: Clock) -> None:
        self.group = group
        self.clock = clock
        self._handlers = handlers
        self._topics = topics()

    def apply_all(self, unit: Unit, records: Sequence[Incoming]) -> list[Verdict]:
        """Apply records in their order, in the open transaction.

        Raises:
            Exception: whatever a handler raises; the caller then tries them one by one.
        """
        unit.prefetch(Watermark, [line_of(self.group, record.raw) for record in records])
        if len(records) > 1:
            self._foresee(unit, records)
        return [self.apply(unit, record) for record in records]

    def apply(self, unit: Unit, record: Incoming) -> Verdict:
        """One record, at the end of its line."""
        mark = self.watermark(unit, record)
        if mark.parked:
            return self.park(unit, record, Poison("follows", "waits behind a parked event of its key"))
        if record.poison is not None or record.envelope is None:
            return self.park(unit, record, record.poison or Poison("unreadable", "no envelope"))
        envelope = record.envelope
        if mark.knows(envelope.generation, envelope.sequence):
            return Verdict(record.topic, Outcome.DUPLICATE)
        if self._is_gap(mark, record.topic, envelope):
            reason = f"sequence {envelope.sequence} came after {mark.sequence}: those between are missing"
            return self.park(unit, record, Poison("gap", reason))
        return self.handle(unit, mark, record.topic, envelope)

    def handle(self, unit: Unit, mark: Watermark, topic: str, envelope: Envelope) -> Verdict:
        """Run the handler and raise the watermark, whatever the sequence."""
        handler = self._handlers.get(type(envelope.data))
        held = handler is not None and handler.outside_effects and mark.has_felt(envelope.generation, envelope.sequence)
        if handler is not None and not held:
            with origin.working_for(_origin(envelope)):
                handler(JoinedStore(unit), self.clock, envelope)
        # A handler may have released this very line.
        mark = unit.get(Watermark, mark.id) or mark
        here = (envelope.generation, envelope.sequence)
        reached = max(here, (mark.reached_generation, mark.reached_sequence))
        unit.save(
            replace(
                mark,
                generation=here[0],
                sequence=here[1],
                reached_generation=reached[0],
                reached_sequence=reached[1],
            )
        )
        return Verdict(topic, Outcome.APPLIED)

    def park(self, unit: Unit, record: Incoming, poison: Poison) -> Verdict:
        """Keep the record byte for byte at the end of its line."""
        raw = record.raw
        mark = self.watermark(unit, record)
        if unit.get(Parked, parked_id(self.group, raw)) is not None:
            return Verdict(record.topic, Outcome.DUPLICATE)
        unit.save(replace(mark, parked=mark.parked + 1))
        unit.save(
            Parked(
                id=parked_id(self.group, raw),
                line=mark.id,
                group=self.group,
                topic=raw.partition.topic,
                partition=raw.partition.number,
                offset=raw.offset,
                next_offset=raw.next_offset,
                key=raw.key,
                value=raw.value,
                headers=raw.headers,
                written_at=raw.written_at,
                problem=raw.problem,
                cause=poison.cause,
                reason=poison.reason,
                parked_at=self.clock.now(),
            )
        )
        return Verdict(record.topic, Outcome.PARKED, poison.cause)

    def watermark(self, unit: Unit, record: Incoming) -> Watermark:
        """The line's watermark; a new line starts at nothing."""
        line = line_of(self.group, record.raw)
        return unit.get(Watermark, line) or Watermark(
            id=line, group=self.group, topic=record.topic, key=key_of(record.raw)
        )

    def _foresee(self, unit: Unit, records: Sequence[Incoming]) -> None:
        """Let each kind of event load at once what its handler will read for every one of them."""
        together: dict[Foresight, list[Envelope]] = {}
        for record in records:
            handler = self._handlers.get(type(record.envelope.data)) if record.envelope is not None else None
            if record.envelope is not None and handler is not None and handler.foresee is not None:
                together.setdefault(handler.foresee, []).append(record.envelope)
        for foresee, envelopes in together.items():
            foresee(unit, envelopes)

    def _is_gap(self, mark: Watermark, topic: str, envelope: Envelope) -> bool:
        """Whether events between the watermark and this one are missing.

        A snapshot makes up for those before it; so does a new generation, which restarts from a restored document.
        Of a topic that is kept for a while only, a late reader meets a key anywhere in its story.
        """
        contract = self._topics[topic]
        if contract.kind == "state":
            return False
        if mark.generation == 0:
            return contract.retention == "forever" and envelope.sequence > 1
        return envelope.generation == mark.generation and envelope.sequence > mark.sequence + 1


def _origin(envelope: Envelope) -> Origin:
    return Origin(correlation_id=envelope.correlationid, causation_id=envelope.id, traceparent=envelope.traceparent)
