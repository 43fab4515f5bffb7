"""The documents of this service, their indexes, and the unit of work with its named queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from contracts import Event
from notifications.domain.delivery import Delivery
from notifications.domain.feed import FeedHead, FeedRow
from notifications.domain.known import Client, Contact, Erasure, Program
from notifications.domain.message import Message
from notifications.domain.preferences import Preferences
from notifications.ports import Place
from servicekit import store
from servicekit.entity import Entity
from servicekit.store import Catalogue, Documents, Session, index

E = TypeVar("E", bound=Entity)

DOCUMENTS: tuple[Documents, ...] = (
    Documents(Contact, "contacts"),
    Documents(Program, "programs"),
    Documents(Client, "clients"),
    Documents(Erasure, "erasures"),
    Documents(Preferences, "preferences"),
    Documents(Message, "messages", (index("person_id", "-created_at", "-_id"),)),
    Documents(
        Delivery,
        "deliveries",
        (index("person_id", "-created_at", "-_id"), index("due_at")),
    ),
    Documents(FeedRow, "feed", (index("position"), index("type", "position"))),
    Documents(FeedHead, "feed_head"),
)


class Unit(store.Unit):
    """One unit of work of this service."""

    def __init__(self, session: Session, catalogue: Catalogue, service: str, generation: int) -> None:
        super().__init__(session, catalogue, service, generation)
        self._without_deliveries: set[str] = set()

    def save(self, entity: E, *events: Event) -> E:
        if isinstance(entity, Delivery):
            self._without_deliveries.discard(entity.person_id)
        return super().save(entity, *events)

    def inbox_of(self, person_id: str, before: Place | None, limit: int) -> list[Message]:
        where = {"person_id": person_id, "in_inbox": True, "archived_at": None, **_older(before)}
        return self.find(Message, where, (("created_at", -1), ("_id", -1)), limit)

    def unread_of(self, person_id: str) -> int:
        return self.count(Message, {"person_id": person_id, "in_inbox": True, "archived_at": None, "read_at": None})

    def messages_of(self, person_id: str) -> list[Message]:
        return self.find(Message, {"person_id": person_id})

    def deliveries_of(self, person_id: str, before: Place | None, limit: int) -> list[Delivery]:
        where = {"person_id": person_id, **_older(before)}
        return self.find(Delivery, where, (("created_at", -1), ("_id", -1)), limit)

    def deliveries_due(self, now: datetime, limit: int) -> list[str]:
        found = self.find(Delivery, {"due_at": {"$lte": now}}, (("due_at", 1), ("_id", 1)), limit)
        return [delivery.id for delivery in found]

    def deliveries_open(self, person_id: str) -> list[Delivery]:
        if person_id in self._without_deliveries:
            return []
        return self.find(Delivery, {"person_id": person_id, "due_at": {"$ne": None}})

    def foresee_deliveries(self, person_ids: Sequence[str]) -> None:
        found = self.find(Delivery, {"person_id": {"$in": list(person_ids)}, "due_at": {"$ne": None}})
        self._without_deliveries |= set(person_ids) - {delivery.person_id for delivery in found}

    def feed_unnumbered(self, limit: int) -> list[FeedRow]:
        # In the order of keys and sequences, so that a batch never takes a later event of a key and leaves an earlier.
        order = (("topic", 1), ("key", 1), ("generation", 1), ("sequence", 1))
        return self.find(FeedRow, {"position": None}, order, limit)

    def discard_superseded(self, row: FeedRow) -> int:
        # By type first, which is indexed; vocabularies are the only public snapshots, and they are small.
        older = {"type": row.type, "key": row.key, "generation": row.generation, "sequence": {"$lt": row.sequence}}
        return self.discard(FeedRow, older)

    def feed_between(
        self, after: int, up_to: int, type: str | None, programs: Sequence[str], limit: int
    ) -> list[FeedRow]:
        where: dict[str, object] = {"position": {"$gt": after, "$lte": up_to}}
        if type is not None:
            where["type"] = type
        if programs:
            where["program_id"] = {"$in": [None, *programs]}
        return self.find(FeedRow, where, (("position", 1),), limit)


def _older(before: Place | None) -> dict[str, object]:
    if before is None:
        return {}
    created_at, id = before
    return {"$or": [{"created_at": {"$lt": created_at}}, {"created_at": created_at, "_id": {"$lt": id}}]}
