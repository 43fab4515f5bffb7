"""The rows of the audit log: who did what to whom, in ids and codes, each saved in the transaction of what it tells."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from servicekit.caller import Caller
from servicekit.documents import Documents, index
from servicekit.entity import Entity
from servicekit.ids import new_id

HEAD = "head"
REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class AuditRow(Entity):
    """One audited act; never a name, an address or a text that somebody wrote.

    `action` is the permission row's name, `subject` the id that it was done to, `codes` say more (roles, scopes,
    `refused` with the problem's type). `number` and `digest` are the sealer's, None for a moment.
    """

    at: datetime
    actor: str
    actor_kind: str
    action: str
    subject: str
    codes: tuple[str, ...] = ()
    number: int | None = None
    digest: str | None = None


@dataclass(frozen=True, kw_only=True)
class AuditHead(Entity):
    """How far the log is sealed; there is one."""

    number: int = 0
    digest: str = ""


AUDIT = Documents(
    AuditRow,
    "audit",
    (
        index("-at", "-_id"),
        index("subject", "-at"),
        index("actor", "-at"),
        index("number", unique=True, where={"number": {"$gt": 0}}),
        # The sealer looks at unsealed rows only, so this index stays as small as they are few.
        index("at", where={"number": None}),
    ),
)
AUDIT_HEAD = Documents(AuditHead, "audit_head")


def audited(caller: Caller | None, action: str, subject: str, now: datetime, *codes: str) -> AuditRow:
    """The row for what `caller` does now; without a caller, nobody was signed in."""
    return AuditRow(
        id=new_id("aud"),
        at=now,
        actor=caller.id if caller is not None else "",
        actor_kind=caller.kind if caller is not None else "nobody",
        action=action,
        subject=subject,
        codes=codes,
    )


def digest_of(row: AuditRow, previous: str) -> str:
    """The seal of a numbered row behind the row whose seal is `previous`: SHA-256 over both, in hexadecimal."""
    told = [
        previous,
        row.number,
        row.id,
        row.at.isoformat(),
        row.actor,
        row.actor_kind,
        row.action,
        row.subject,
        list(row.codes),
    ]
    return hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()
