"""What parent and child say to each other: frames into the child's standard input, lines of JSON out of its output."""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec

from matching.domain.question import Finding
from matching.domain.run import Problem
from matching.ports.solver import Answer

_HEAD = struct.Struct(">cI")
HEADER, PEOPLE, LINES, END = b"H", b"P", b"L", b"E"


@dataclass(frozen=True, kw_only=True)
class Header:
    """What comes before the people; `why_not` is the one pair that is asked about, in place of the whole answer."""

    run_id: str
    program_id: str
    terms: Mapping[str, Any]
    existing: tuple[tuple[str, str], ...]
    certify: bool
    left_out: tuple[str, ...]
    why_not: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Message:
    """One line of the child: how far it is; a part of the answer; what was found of a pair; or why there is none."""

    stage: str | None = None
    share: float = 0.0
    answer: Answer | None = None
    finding: Finding | None = None
    refused: tuple[Problem, ...] | None = None


Say = Callable[[Message], None]
_header = msgspec.json.Decoder(Header)
_message = msgspec.json.Decoder(Message)


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """One frame for the child."""
    return _HEAD.pack(kind, len(payload)) + payload


def frames(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Every frame up to the end; raises EOFError where the parent is gone before."""
    while True:
        kind, length = _HEAD.unpack(_exactly(source, _HEAD.size))
        if kind == END:
            return
        yield kind, _exactly(source, length)


def as_bytes(said: Header | Message) -> bytes:
    """A header as a payload, or a message as a line without its end."""
    return msgspec.json.encode(said)


def read_header(payload: bytes) -> Header:
    """The header of a payload."""
    return _header.decode(payload)


def read_message(line: bytes) -> Message:
    """The message of a line."""
    return _message.decode(line)


def _exactly(source: BinaryIO, length: int) -> bytes:
    held = source.read(length)
    if len(held) < length:
        raise EOFError
    return held
