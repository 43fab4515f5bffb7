"""The nouns that the services share: events, topics, the envelope, its codec; importing it registers them all."""

from contracts import feedback, matching, notifications, profiles  # noqa: F401  importing registers
from contracts.codec import decode, decode_data, dump_data, encode
from contracts.envelope import Envelope, Record
from contracts.errors import Unreadable, WrongSchema
from contracts.registry import Contract, Event, Topic, about, by_type, contracts, fact, state, topics

__all__ = [
    "Contract",
    "Envelope",
    "Event",
    "Record",
    "Topic",
    "Unreadable",
    "WrongSchema",
    "about",
    "by_type",
    "contracts",
    "decode",
    "decode_data",
    "dump_data",
    "encode",
    "fact",
    "state",
    "topics",
]
