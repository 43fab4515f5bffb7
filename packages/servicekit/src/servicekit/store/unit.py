"""The unit of work: an identity map over a session. Reads go through it, writes wait in it, one flush sends them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from contracts import Event, dump_data
from servicekit import origin
from servicekit.clock import to_millisecond
from servicekit.documents import OutboxRow
from servicekit.entity import Entity
from servicekit.ids import new_id
from servicekit.refusals import NotFound, Stale
from servicekit.store.catalogue import Catalogue
from servicekit.store.session import Document, Order, Session, Where

E = TypeVar("E", bound=Entity)


@dataclass
class _Slot:
    """What the unit knows of one document: as stored, and as it is to become."""

    entity: Entity | None
    sequences: dict[str, int]
    stored_version: int = 0
    dirty: bool = False


class Unit:
    """One unit of work. A service subclasses it in its `repository` and adds its named queries."""

    def __init__(self, session: Session, catalogue: Catalogue, service: str, generation: int) -> None:
        self._session = session
        self._catalogue = catalogue
        self._service = service
        self._generation = generation
        self._slots: dict[tuple[type[Entity], str], _Slot] = {}

    def get(self, kind: type[E], id: str) -> E | None:
        """The entity, or None. A second call returns what this unit made of it."""
        slot = self._slots.get((kind, id))
        if slot is None:
            self.prefetch(kind, [id])
            slot = self._slots[(kind, id)]
        return cast(E | None, slot.entity)

    def require(self, kind: type[E], id: str, expected: int | None = None) -> E:
        """The entity, which must exist and, where `expected` is given, have that version.

        Raises:
            NotFound: there is none.
            Stale: it has another version.
        """
        entity = self.get(kind, id)
        if entity is None:
            raise NotFound(f"There is no {kind.__name__.lower()} {id}.")
        if expected is not None and entity.version != expected:
            raise Stale(f"{id} is at version {entity.version}, not {expected}. Fetch it again and repeat the change.")
        return entity

    def prefetch(self, kind: type[E], ids: Iterable[str]) -> None:
        """Load many at once, so that later `get`s cost nothing."""
        missing = [id for id in dict.fromkeys(ids) if (kind, id) not in self._slots]
        if not missing:
            return
        for document in self._session.load(self._catalogue.collection(kind), missing):
            self._remember(kind, document)
        for id in missing:
            self._slots.setdefault((kind, id), _Slot(entity=None, sequences={}))

    def find(
        self, kind: type[E], where: Where, order: Order = (("_id", 1),), limit: int | None = None, skip: int = 0
    ) -> list[E]:
        """Entities that match MongoDB's filter `where`, this unit's own changes included."""
        self.flush()
        documents = self._session.query(self._catalogue.collection(kind), where, order, limit, skip)
        return [self._remember(kind, document) for document in documents]

    def first(self, kind: type[E], where: Where, order: Order = (("_id", 1),)) -> E | None:
        """The first match, or None."""
        found = self.find(kind, where, order, limit=1)
        return found[0] if found else None

    def count(self, kind: type[Entity], where: Where) -> int:
        """How many match, this unit's own changes included."""
        self.flush()
        return self._session.count(self._catalogue.collection(kind), where)

    def save(self, entity: E, *events: Event) -> E:
        """Keep the entity and tell its events; returns it with its new version.

        The key of each event is the entity's id: the document carries the sequence of each of its topics, so that the
        numbers have no gaps and two writers conflict.
        """
        kind = type(entity)
        slot = self._slots.get((kind, entity.id))
        if slot is None:
            if entity.version:
                raise LookupError(f"{entity.id} was not loaded in this unit; load it, change it, save it")
            slot = self._slots[(kind, entity.id)] = _Slot(entity=None, sequences={})
        if entity.version != (slot.entity.version if slot.entity else 0):
            raise LookupError(f"{entity.id} was changed in this unit since this copy of it was loaded")
        for event in events:
            self._tell(entity.id, slot, event)
        # Saved twice in one unit is still one write, so the version goes up by one in all.
        slot.entity = replace(entity, version=slot.stored_version + 1)
        slot.dirty = True
        return slot.entity

    def remove(self, entity: Entity) -> None:
        """Delete the entity's document (its events stay)."""
        slot = self._slots[(type(entity), entity.id)]
        slot.entity = None
        slot.dirty = True

    def succeed(self, entity: Entity, kind: type[Entity]) -> None:
        """Delete the entity's document; what is saved as `kind` with its id goes on with the numbers of its events.

        A topic's story of a key may have to be ended, and told again, when its document is no more.
        """
        old = self._slots[(type(entity), entity.id)]
        self.get(kind, entity.id)
        self._slots[(kind, entity.id)].sequences.update(old.sequences)
        self.remove(entity)

    def flush(self) -> None:
        """Send what waits; called before every query and at the end."""
        batches: dict[str, tuple[list[Document], list[Document], list[tuple[str, int]]]] = {}
        for (kind, id), slot in self._slots.items():
            if not slot.dirty:
                continue
            inserts, replaces, removes = batches.setdefault(self._catalogue.collection(kind), ([], [], []))
            if slot.entity is None:
                if slot.stored_version:
                    removes.append((id, slot.stored_version))
                slot.stored_version = 0
            else:
                document = self._catalogue.document(slot.entity)
                if slot.sequences:
                    document["sequences"] = dict(slot.sequences)
                (replaces if slot.stored_version else inserts).append(document)
                slot.stored_version = slot.entity.version
            slot.dirty = False
        for collection, (inserts, replaces, removes) in batches.items():
            self._session.write(collection, inserts, replaces, removes)

    def amend(self, kind: type[Entity], where: Where, changes: Mapping[str, Any]) -> int:
        """Set fields of every match at once, without loading it and without raising its version; returns how many.

        For the kit's own bookkeeping (marking a batch as sent). A copy this unit holds is not changed with it.
        """
        self.flush()
        return self._session.amend(self._catalogue.collection(kind), where, changes)

    def discard(self, kind: type[Entity], where: Where) -> int:
        """Delete every match at once, without loading it; returns how many. For bookkeeping, as `amend`."""
        self.flush()
        return self._session.discard(self._catalogue.collection(kind), where)

    @property
    def is_dirty(self) -> bool:
        """Whether something waits to be written."""
        return any(slot.dirty for slot in self._slots.values())

    def _remember(self, kind: type[E], document: Document) -> E:
        slot = self._slots.get((kind, document["_id"]))
        if slot is None or slot.entity is None:
            entity = self._catalogue.entity(kind, document)
            sequences = dict(document.get("sequences", {}))
            slot = _Slot(entity=entity, sequences=sequences, stored_version=entity.version)
            self._slots[(kind, document["_id"])] = slot
        return cast(E, slot.entity)

    def _tell(self, id: str, slot: _Slot, event: Event) -> None:
        contract = event.contract
        if event.key != id:
            raise LookupError(f"{contract.type} has key {event.key} and was saved with {id}")
        if contract.service != self._service:
            raise LookupError(f"{contract.type} is not {self._service}'s to tell")
        sequence = slot.sequences[contract.noun] = slot.sequences.get(contract.noun, 0) + 1
        source = origin.current()
        row = OutboxRow(
            id=new_id("evt"),
            topic=contract.topic,
            key=event.key,
            sequence=sequence,
            generation=self._generation,
            type=contract.type,
            time=to_millisecond(datetime.now(UTC)),
            data=dump_data(event),
            correlationid=source.correlation_id,
            causationid=source.causation_id,
            traceparent=source.traceparent,
        )
        self.save(row)
