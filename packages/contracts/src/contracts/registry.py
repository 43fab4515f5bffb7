"""The register of events: what declares one, and what can be asked about it and its topic."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar, Literal, TypeAlias, TypeVar, dataclass_transform

import msgspec

from contracts.errors import Unreadable

PREFIX = "mentormesh"
PARTITIONS = 12
# Services that keep projections; `notifications` acts on a fact once and keeps none, so it needs no fact for ever.
PROJECTING = frozenset({"profiles", "matching", "feedback"})

Kind = Literal["fact", "state"]
Visibility = Literal["public", "internal"]
Retention = Literal["forever", "operator"]


class Event:
    """Something that happened, as data; each subclass is registered by `fact` or `state` and has a `contract`."""

    contract: ClassVar[Contract]

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):  # type: ignore[arg-type]  # each registered subclass is a dataclass
            value = getattr(self, field.name)
            if isinstance(value, list):
                object.__setattr__(self, field.name, tuple(value))
            elif isinstance(value, datetime):
                object.__setattr__(self, field.name, _utc(field.name, value))

    @property
    def key(self) -> str:
        """The id of the aggregate that the event is about: the record's key, within which order is kept."""
        return str(getattr(self, self.contract.key))


EventClass: TypeAlias = type[Event]


@dataclass(frozen=True)
class Contract:
    """What is promised about one event type, e.g. `mentormesh.matching.request.accepted.v1`."""

    type: str
    topic: str
    service: str
    noun: str
    action: str
    version: int
    kind: Kind
    visibility: Visibility
    consumers: tuple[str, ...]
    key: str
    cls: EventClass

    @property
    def about(self) -> str:
        """The sentence that says when the event happens."""
        return (self.cls.__doc__ or "").strip()


@dataclass(frozen=True)
class Topic:
    """One Kafka topic with the events it carries; `retention` is for ever, or as long as the operator says."""

    name: str
    kind: Kind
    visibility: Visibility
    partitions: int
    retention: Retention
    personal: bool
    producer: str
    consumers: tuple[str, ...]
    contracts: tuple[Contract, ...]
    about: str
    key: str


_by_type: dict[str, Contract] = {}
_notes: dict[str, tuple[str, bool]] = {}
E_ = TypeVar("E_", bound=Event)


def about(topic: str, sentence: str, *, personal: bool = False) -> None:
    """Say what a topic is for, and whether its records describe people (which sets how fast it is compacted)."""
    _notes[_topic_name(topic, 1)] = (sentence, personal)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def fact(
    topic: str, action: str, *, key: str, visibility: Visibility, consumers: tuple[str, ...], version: int = 1
) -> Callable[[type[E_]], type[E_]]:
    """Register the class as an event that is kept for what it says: ids and codes only."""
    return _register("fact", topic, action, key, visibility, consumers, version)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def state(
    topic: str, action: str, *, key: str, visibility: Visibility, consumers: tuple[str, ...], version: int = 1
) -> Callable[[type[E_]], type[E_]]:
    """Register the class as a snapshot (`changed`) or its end (`erased`) on a compacted topic."""
    return _register("state", topic, action, key, visibility, consumers, version)


def by_type(type: str) -> Contract:
    """The contract of an event type; raises `Unreadable` for one that is not registered."""
    try:
        return _by_type[type]
    except KeyError:
        raise Unreadable(f"no event type is called {type!r}; see docs/events.md for those that exist") from None


def contracts() -> tuple[Contract, ...]:
    """Every registered contract, by type."""
    return tuple(_by_type[name] for name in sorted(_by_type))


def topics() -> Mapping[str, Topic]:
    """Every topic by its name."""
    grouped: dict[str, list[Contract]] = {}
    for contract in _by_type.values():  # in the order of declaration, which is the order of the story
        grouped.setdefault(contract.topic, []).append(contract)
    return MappingProxyType({name: _topic(name, grouped[name]) for name in sorted(grouped)})


def _topic(name: str, members: list[Contract]) -> Topic:
    first = members[0]
    consumers = tuple(sorted({consumer for contract in members for consumer in contract.consumers}))
    sentence, personal = _notes.get(name, ("", False))
    projected = first.kind == "state" or not PROJECTING.isdisjoint(consumers)
    return Topic(
        name=name,
        kind=first.kind,
        visibility=first.visibility,
        partitions=PARTITIONS,
        retention="forever" if projected else "operator",
        personal=personal,
        producer=first.service,
        consumers=consumers,
        contracts=tuple(members),
        about=sentence,
        key=first.key,
    )


def _register(
    kind: Kind, topic: str, action: str, key: str, visibility: Visibility, consumers: tuple[str, ...], version: int
) -> Callable[[type[E_]], type[E_]]:
    service, noun = topic.split(".")
    name = _topic_name(topic, version)

    def register(declared: type[E_]) -> type[E_]:
        cls = dataclass(frozen=True, kw_only=True)(declared)
        # Looked at here, by one thread: see docs/decisions/0008-msgspec-for-shapes.md.
        msgspec.json.Decoder(cls)
        cls.contract = Contract(
            type=f"{PREFIX}.{topic}.{action}.v{version}",
            topic=name,
            service=service,
            noun=noun,
            action=action,
            version=version,
            kind=kind,
            visibility=visibility,
            consumers=tuple(consumers),
            key=key,
            cls=cls,
        )
        _refuse_contradiction(cls.contract)
        _by_type[cls.contract.type] = cls.contract
        return cls

    return register


def _refuse_contradiction(new: Contract) -> None:
    if new.type in _by_type:
        raise ValueError(f"{new.type} is declared twice")
    if new.key not in {field.name for field in dataclasses.fields(new.cls)}:  # type: ignore[arg-type]
        raise ValueError(f"{new.type} is keyed by {new.key}, which is none of its fields")
    for other in _by_type.values():
        if other.topic == new.topic and _policy(other) != _policy(new):
            raise ValueError(f"{new.type} and {other.type} share a topic, so they need one class, visibility and key")


def _policy(contract: Contract) -> tuple[str, str, str]:
    return contract.kind, contract.visibility, contract.key


def _topic_name(topic: str, version: int) -> str:
    return f"{PREFIX}.{topic}" + (f".v{version}" if version > 1 else "")


def _utc(field: str, moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{field} needs a time zone; events carry UTC")
    return moment.astimezone(UTC)
