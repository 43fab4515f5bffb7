"""The audit log as a whole: numbered and chained by hash, so that a later change of any row can be seen.

One leased sealer per service does it, afterwards: a row that commits late is numbered late, so no number is ever
missing. See docs/decisions/0017-audit-is-sealed-afterwards.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from servicekit.audit import HEAD, AuditHead, AuditRow, digest_of
from servicekit.clock import Clock
from servicekit.store import Store, Unit

BATCH = 500


def seal_rows(store: Store[Any], clock: Clock) -> int:
    """Number and chain what was not sealed yet, oldest first; returns how many.

    One leased process does this, and the head's version makes two of them conflict.
    """

    def work(unit: Unit) -> int:
        rows = unit.find(AuditRow, {"number": None}, (("at", 1), ("_id", 1)), BATCH)
        if not rows:
            return 0
        head = unit.get(AuditHead, HEAD) or AuditHead(id=HEAD)
        number, digest = head.number, head.digest
        for row in rows:
            number += 1
            numbered = replace(row, number=number)
            digest = digest_of(numbered, digest)
            unit.save(replace(numbered, digest=digest))
        unit.save(replace(head, number=number, digest=digest))
        return len(rows)

    # Nobody needs a transaction while nothing waits.
    if not store.reading(lambda unit: unit.find(AuditRow, {"number": None}, (("at", 1), ("_id", 1)), 1)):
        return 0
    total = 0
    while (done := store.atomically(work)) == BATCH:
        total += done
    return total + done


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What a walk along the chain found: `sealed` rows up to `number` and `digest`; `faults` are empty where all holds.

    `digest` is what the last row's seal must be; somebody who notes it elsewhere can prove later that nothing before
    it was changed, even by who could rewrite every seal.
    """

    number: int
    digest: str
    unsealed: int
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the log is as it was written."""
        return not self.faults


def verify(store: Store[Any], noted: tuple[int, str] | None = None) -> Verification:
    """Walk the chain from its beginning; `noted` is a number with the digest that somebody noted for it earlier."""
    head = store.reading(lambda unit: unit.get(AuditHead, HEAD)) or AuditHead(id=HEAD)
    faults: list[str] = []
    number, digest = 0, ""
    for row in sealed_rows(store):
        number += 1
        if row.number != number:
            faults.append(f"{number} to {(row.number or 0) - 1} are missing before {row.id}")
            number = row.number or 0
        elif row.digest != digest_of(row, digest):
            faults.append(f"{number} ({row.id}) is not as it was sealed, or not where it was")
        digest = row.digest or ""
        if noted is not None and noted[0] == number and noted[1] != digest:
            faults.append(f"{number} ({row.id}) has another seal than the one that was noted")
    if (number, digest) != (head.number, head.digest):
        faults.append(f"the log was sealed up to {head.number} and ends at {number}")
    if noted is not None and noted[0] > number:
        faults.append(f"the log ends at {number}, before the number {noted[0]} that was noted")
    unsealed = store.reading(lambda unit: unit.count(AuditRow, {"number": None}))
    return Verification(number=number, digest=digest, unsealed=unsealed, faults=tuple(faults))


def sealed_rows(store: Store[Any], after: int = 0) -> Iterator[AuditRow]:
    """Every sealed row behind a number, in the order of the numbers, a batch at a time."""
    while True:
        batch = store.reading(lambda unit, after=after: _sealed(unit, after))  # type: ignore[misc]
        yield from batch
        if len(batch) < BATCH:
            return
        after = batch[-1].number or after


def _sealed(unit: Unit, after: int) -> Sequence[AuditRow]:
    return unit.find(AuditRow, {"number": {"$gt": after}}, (("number", 1),), BATCH)


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """Rows, the newest first; `following` is (at, id) behind which the next page begins, None on the last."""

    rows: list[AuditRow]
    following: tuple[datetime, str] | None


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Which rows an auditor wants: empty fields leave all in."""

    actor: str = ""
    subject: str = ""
    action: str = ""
    code: str = ""
    since: datetime | None = None
    until: datetime | None = None


def read_audit(store: Store[Any], sought: Sought, before: tuple[datetime, str] | None, limit: int) -> AuditPage:
    """A page of the log."""
    where: dict[str, Any] = {
        name: value
        for name, value in (
            ("actor", sought.actor),
            ("subject", sought.subject),
            ("action", sought.action),
            ("codes", sought.code),
        )
        if value
    }
    bounds = {"$gte": sought.since, "$lt": sought.until}
    if within := {operator: moment for operator, moment in bounds.items() if moment is not None}:
        where["at"] = within
    if before is not None:
        at, id = before
        where = {"$and": [where, {"$or": [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": id}}]}]}
    found = store.reading(lambda unit: unit.find(AuditRow, where, (("at", -1), ("_id", -1)), limit + 1))
    rows: list[AuditRow] = found[:limit]
    following = (rows[-1].at, rows[-1].id) if len(found) > limit else None
    return AuditPage(rows=rows, following=following)
