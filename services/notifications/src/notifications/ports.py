"""What the use cases need: the unit of work with its named queries, and a way to send mail."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar

from contracts import Event
from notifications.domain.delivery import Delivery
from notifications.domain.feed import FeedRow
from notifications.domain.mail import Mail
from notifications.domain.message import Message
from servicekit import store
from servicekit.entity import Entity

E = TypeVar("E", bound=Entity)
Place = tuple[datetime, str]


class Unit(Protocol):
    """One unit of work of this service; see `servicekit.store.Unit`."""

    def get(self, kind: type[E], id: str) -> E | None:
        """The entity, or None."""
        ...

    def require(self, kind: type[E], id: str, expected: int | None = None) -> E:
        """The entity, at the expected version; else `NotFound` or `Stale`."""
        ...

    def prefetch(self, kind: type[Entity], ids: Iterable[str]) -> None:
        """Load many at once, so that later `get`s cost nothing."""
        ...

    def save(self, entity: E, *events: Event) -> E:
        """Keep the entity and tell its events; returns it with its new version."""
        ...

    def remove(self, entity: Entity) -> None:
        """Delete the entity's document."""
        ...

    def inbox_of(self, person_id: str, before: Place | None, limit: int) -> list[Message]:
        """A page of somebody's inbox, the newest first, before (created, id)."""
        ...

    def unread_of(self, person_id: str) -> int:
        """How many messages in somebody's inbox were not read."""
        ...

    def messages_of(self, person_id: str) -> list[Message]:
        """Everything that somebody was told."""
        ...

    def deliveries_of(self, person_id: str, before: Place | None, limit: int) -> list[Delivery]:
        """A page of somebody's deliveries, the newest first, before (created, id)."""
        ...

    def deliveries_due(self, now: datetime, limit: int) -> Sequence[str]:
        """The ids of deliveries that a worker should look at, the longest waiting first."""
        ...

    def deliveries_open(self, person_id: str) -> list[Delivery]:
        """Somebody's deliveries that are not over."""
        ...

    def foresee_deliveries(self, person_ids: Sequence[str]) -> None:
        """Learn by one question which of these people have deliveries that are not over; nobody else is asked about."""
        ...

    def feed_unnumbered(self, limit: int) -> list[FeedRow]:
        """Rows that wait for their position, so that an event never comes before an earlier one of its key."""
        ...

    def discard_superseded(self, row: FeedRow) -> int:
        """Delete the older snapshots of the row's key; returns how many."""
        ...

    def feed_between(
        self, after: int, up_to: int, type: str | None, programs: Sequence[str], limit: int
    ) -> list[FeedRow]:
        """Rows at the positions (after, up_to], of one type or all, of some programs and of none, or of all."""
        ...


Store: TypeAlias = store.Store[Unit]


class AddressRefused(Exception):
    """The mail server, or the address itself, says that this mail can never be delivered; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotDelivered(Exception):
    """The mail was not taken this time; a later attempt may succeed. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Mailer(Protocol):
    """Hands a mail to the organisation's mail server."""

    def send(self, mail: Mail) -> None:
        """Hand over one mail.

        Raises:
            AddressRefused: it can never be delivered.
            NotDelivered: not this time.
        """
        ...
