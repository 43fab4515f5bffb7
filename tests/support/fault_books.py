"""The books of the pair: what clients were told, what each side holds, and everything about it that is wrong."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pymongo.database import Database

from contracts import Envelope

Sequences = Mapping[str, Sequence[int]]


@dataclass
class Ledger:
    """What clients were told: sequences per path of accepted commands, and how many are unclear."""

    accepted: dict[str, list[int]] = field(default_factory=dict)
    unclear: int = 0
    surprises: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, path: str, sequence: int | None) -> None:
        with self._lock:
            if sequence is None:
                self.unclear += 1
            else:
                self.accepted.setdefault(path, []).append(sequence)

    @property
    def total(self) -> int:
        with self._lock:
            return sum(map(len, self.accepted.values()))


@dataclass(frozen=True)
class Books:
    """Both databases and the topics at rest, per key."""

    applied: Mapping[str, int]
    rows: Sequences
    ids: frozenset[str]
    told: Mapping[str, Sequence[Envelope]]
    felt: Sequences
    glimpses: Mapping[str, int]
    marks: Mapping[str, int]
    parked: int

    def account(self, ledger: Ledger) -> str:
        """The ledger as a table."""
        firsts = {key: _firsts(envelopes) for key, envelopes in self.told.items()}
        # A snapshot takes the place of those before it, in the outbox and in the projection.
        effects = sum(map(len, self.felt.values())) + sum(self.glimpses.values())
        outbox = sum(len(self.rows[key]) if key in self.felt else self.rows[key][-1] for key in self.rows)
        lines = {
            "accepted": ledger.total,
            "maybe (no clear answer)": ledger.unclear,
            "applied": sum(self.applied.values()),
            "outbox": outbox,
            "distinct on the topics": sum(map(len, firsts.values())),
            "on the topics, repeats included": sum(map(len, self.told.values())),
            "projections (watermarks)": sum(self.marks.values()),
            "effects": effects,
            "lost": sum(self.applied.values())
            - sum(len(set(felt)) for felt in self.felt.values())
            - sum(self.glimpses.values()),
            "doubled": sum(len(felt) - len(set(felt)) for felt in self.felt.values()),
            "inversions": sum(map(_inversions, [*firsts.values(), *self.felt.values()])),
            "parked": self.parked,
        }
        width = max(map(len, lines))
        return "\n".join(f"{name:<{width}}  {number:>6}" for name, number in lines.items())

    def audit(self, ledger: Ledger) -> list[str]:
        """Everything that is wrong: lost, doubled, out of order; an empty list where the books balance."""
        wrong: list[str] = list(ledger.surprises)
        applied = sum(self.applied.values())
        if not ledger.total <= applied <= ledger.total + ledger.unclear:
            wrong.append(f"accepted {ledger.total}, unclear {ledger.unclear}, applied {applied}")
        for path, sequences in ledger.accepted.items():
            key = path.split("/")[1]
            if len(set(sequences)) != len(sequences) or max(sequences) > self.applied.get(key, 0):
                wrong.append(f"{key}: clients were told {sorted(sequences)}")
        for key, count in self.applied.items():
            wrong += self._audit_of(key, count)
        lost = self.ids - {envelope.id for envelopes in self.told.values() for envelope in envelopes}
        if lost:
            wrong.append(f"{len(lost)} events of the outbox never reached their topic")
        if self.parked:
            wrong.append(f"{self.parked} events are parked")
        return wrong

    def _audit_of(self, key: str, count: int) -> list[str]:
        whole = list(range(1, count + 1))
        told = self.told.get(key, [])
        wrong = _differ(f"{key}: first seen on the topic", _firsts(told), whole)
        wrong += _differ(f"{key}: watermark", [self.marks.get(key, 0)], [count])
        if key.startswith("prg"):
            wrong += _differ(f"{key}: outbox", self.rows.get(key, []), [count])
            wrong += _differ(f"{key}: newest on the topic", [envelope.sequence for envelope in told[-1:]], [count])
            return wrong + _differ(f"{key}: glimpse", [self.glimpses.get(key, 0)], [count])
        wrong += _differ(f"{key}: outbox", self.rows.get(key, []), whole)
        return wrong + _differ(f"{key}: felt", self.felt.get(key, []), whole)


def open_books(
    teller: Database[dict[str, Any]], listener: Database[dict[str, Any]], told: Mapping[str, Sequence[Envelope]]
) -> Books:
    """The books of databases that are at rest, and what a reader of the topics saw."""
    asks = {ask["_id"]: ask["reminders"] + 1 for ask in teller["asks"].find()}
    plans = {plan["_id"]: plan["revision"] for plan in teller["plans"].find()}
    rows: dict[str, list[int]] = {}
    ids = set()
    for row in teller["outbox"].find({}, sort=[("sequence", 1)]):
        rows.setdefault(row["key"], []).append(row["sequence"])
        ids.add(row["_id"])
    return Books(
        applied={**asks, **plans},
        rows=rows,
        ids=frozenset(ids),
        told=told,
        felt={tally["_id"]: tally["felt"] for tally in listener["tallies"].find()},
        glimpses={glimpse["_id"]: glimpse["revision"] for glimpse in listener["glimpses"].find()},
        marks={mark["key"]: mark["sequence"] for mark in listener["watermarks"].find()},
        parked=listener["parked"].count_documents({}),
    )


def _firsts(envelopes: Iterable[Envelope]) -> list[int]:
    """The sequences in the order in which each was seen first."""
    return list(dict.fromkeys(envelope.sequence for envelope in envelopes))


def _inversions(sequences: Sequence[int]) -> int:
    return sum(later < earlier for earlier, later in pairwise(sequences))


def _differ(what: str, found: Sequence[int], expected: Sequence[int]) -> list[str]:
    return [] if list(found) == list(expected) else [f"{what} {list(found)}, not {list(expected)}"]
