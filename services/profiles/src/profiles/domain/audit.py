"""What is remembered of a sensitive change: who, what, to whom, in ids and codes."""

from dataclasses import dataclass
from datetime import datetime

from servicekit.caller import Caller
from servicekit.entity import Entity
from servicekit.ids import new_id


@dataclass(frozen=True, kw_only=True)
class AuditRow(Entity):
    """One audited act; never a name, an address or a text that somebody wrote."""

    at: datetime
    actor: str
    actor_kind: str
    action: str
    subject: str
    codes: tuple[str, ...] = ()


def audited(caller: Caller, action: str, subject: str, now: datetime, *codes: str) -> AuditRow:
    """The row for what `caller` does now."""
    return AuditRow(
        id=new_id("aud"),
        at=now,
        actor=caller.id,
        actor_kind=caller.kind,
        action=action,
        subject=subject,
        codes=codes,
    )
