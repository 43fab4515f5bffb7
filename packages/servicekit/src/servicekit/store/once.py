"""A command that is done once: its reply is stored with what it did, and answered again when it is repeated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from servicekit.documents import Reply, StoredReply
from servicekit.store.unit import Unit

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Once:
    """One idempotency key: `scope` names (principal, method, route, key); `render` makes the reply of the result."""

    scope: str
    fingerprint: str
    expires_at: datetime
    render: Callable[[Any], Reply]


class Replayed(Exception):
    """This command was done before; here is what was answered then."""

    def __init__(self, stored: StoredReply) -> None:
        super().__init__(stored.id)
        self.stored = stored


def run_once(unit: Unit, once: Once | None, work: Callable[[], T]) -> T:
    """Do `work` unless its reply is stored already; store the reply with it.

    The reply is read first and written last: a concurrent twin meets the unique id at its own insert, conflicts,
    runs again and finds the reply. See docs/decisions/0004-stored-replies.md.
    """
    if once is None:
        return work()
    stored = unit.get(StoredReply, once.scope)
    if stored is not None:
        raise Replayed(stored)
    result = work()
    unit.flush()
    unit.save(
        StoredReply(id=once.scope, fingerprint=once.fingerprint, reply=once.render(result), expires_at=once.expires_at)
    )
    return result
