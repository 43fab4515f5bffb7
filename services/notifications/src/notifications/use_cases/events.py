"""The event feed as an integrator's client reads it."""

from dataclasses import dataclass

from contracts import contracts
from notifications import permissions
from notifications.domain.feed import HEAD, FeedHead, FeedRow
from notifications.domain.known import Client
from notifications.ports import Store, Unit
from servicekit.caller import Caller
from servicekit.refusals import FieldError, InvalidInput

PUBLIC_TYPES = frozenset(contract.type for contract in contracts() if contract.visibility == "public")


@dataclass(frozen=True, kw_only=True)
class FeedPage:
    """Rows in the order of their positions; `next` is the position to continue after, also when nothing is new."""

    rows: tuple[FeedRow, ...]
    next: int


def read_events(store: Store, caller: Caller, after: int, type: str | None, limit: int) -> FeedPage:
    """What happened after a position, as far as the client may know: public types, its programs.

    Raises:
        InvalidInput: no public event has that type.
    """
    permissions.require(caller, "event.list")
    if type is not None and type not in PUBLIC_TYPES:
        detail = "Name a public type in full, for example mentormesh.matching.request.accepted.v1."
        raise InvalidInput(f"There is no public event type {type}.", [FieldError("?query/type", detail)])

    def work(unit: Unit) -> FeedPage:
        # What is numbered up to here is there to be read: numbers are given in one transaction with the head.
        head = unit.get(FeedHead, HEAD) or FeedHead(id=HEAD)
        rows = unit.feed_between(after, head.position, type, _programs(unit, caller), limit)
        # A full page may have more behind it; otherwise everything up to the head was looked at.
        reached = rows[-1].position if len(rows) == limit else None
        return FeedPage(rows=tuple(rows), next=max(after, reached or head.position))

    return store.reading(work)


def _programs(unit: Unit, caller: Caller) -> tuple[str, ...]:
    """The programs that the client is limited to, as newly as this service was told; none means all."""
    client = unit.get(Client, caller.id)
    return client.programs if client is not None else tuple(sorted(caller.programs))
