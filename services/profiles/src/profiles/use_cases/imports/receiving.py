"""Taking a file in: cut into chunks of whole lines as it arrives, so that no process ever holds all of it."""

import codecs
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from profiles.domain.imports.course import LASTS, Chunk, Import, Mode
from profiles.permissions import TABLE
from profiles.ports import Store, Unit
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import InvalidInput, WrongState

MOST_LINES, MOST_CHARACTERS = 1000, 262_144
LONGEST_LINE = 65_536
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, kw_only=True)
class Received:
    """A file that is stored: how many lines in how many chunks, its digest, and what separates its columns."""

    lines: int
    chunks: int
    digest: str
    delimiter: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants of an import; see `Import`."""

    file_name: str
    mode: Mode
    auto: bool
    most_leavers: int
    confirmed_leavers: int | None = None


def store_file(store: Store, clock: Clock, caller: Caller, import_id: str, blocks: Iterable[bytes]) -> Received:
    """Keep a file's lines; a chunk that is there already stays.

    Raises:
        InvalidInput: it is empty, no UTF-8 text, or has a line of more than 65,536 characters; nothing is kept.
    """
    TABLE.require(caller, "import.create")
    try:
        return _stored(store, clock, import_id, blocks)
    except BaseException:
        # Also where the upload breaks off: what has arrived of it is personal data that nobody would ever read.
        forget_file(store, import_id)
        raise


def open_import(
    store: Store, clock: Clock, caller: Caller, import_id: str, received: Received, wanted: Wanted
) -> Import:
    """Make the import of a stored file known, so that the worker reads it; the same id again changes nothing.

    Raises:
        WrongState: chunks of it are gone, since somebody whom it names was forgotten meanwhile.
    """
    TABLE.require(caller, "import.create")
    now = clock.now()
    fresh = Import(
        id=import_id,
        file_name=wanted.file_name,
        mode=wanted.mode,
        auto=wanted.auto,
        most_leavers=wanted.most_leavers,
        confirmed_leavers=wanted.confirmed_leavers,
        requested_by=caller.id,
        requested_kind=caller.kind,
        lines=received.lines,
        delimiter=received.delimiter,
        created_at=now,
        expires_at=now + LASTS,
    )

    def work(unit: Unit) -> Import:
        known = unit.get(Import, import_id)
        if known is not None:
            return known
        if unit.count_chunks(import_id) != received.chunks:
            raise WrongState("Somebody whom the file names was forgotten while it came in. Upload it as it is now.")
        unit.save(audited(caller, "import.create", import_id, now, wanted.mode))
        return unit.save(fresh)

    return store.atomically(work)


def forget_file(store: Store, import_id: str) -> None:
    """Drop a file's chunks."""
    store.atomically(lambda unit: unit.discard_file(import_id))


def _stored(store: Store, clock: Clock, import_id: str, blocks: Iterable[bytes]) -> Received:
    digest = hashlib.sha256()
    expires_at = clock.now() + LASTS
    number, line, delimiter = 0, 1, ","
    for lines in _chunks(_lines(_noted(blocks, digest))):
        if number == 0:
            delimiter = max(DELIMITERS, key=lines[0].count)
        _keep(store, import_id, number, line, lines, expires_at)
        number, line = number + 1, line + len(lines)
    if line == 1:
        raise InvalidInput("The file is empty. Its first line names the columns.")
    return Received(lines=line - 1, chunks=number, digest=digest.hexdigest(), delimiter=delimiter)


def _keep(store: Store, import_id: str, number: int, line: int, lines: list[str], expires_at: datetime) -> None:
    chunk = Chunk(
        id=Chunk.id_of(import_id, number),
        import_id=import_id,
        number=number,
        first_line=line,
        lines=tuple(lines),
        expires_at=expires_at,
    )
    store.atomically(lambda unit: unit.get(Chunk, chunk.id) or unit.save(chunk))


def _noted(blocks: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for block in blocks:
        digest.update(block)
        yield block


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """The lines of UTF-8 text with their ends; a byte order mark is dropped."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest, number = "", 1
    for block in chain(blocks, (b"",)):
        try:
            rest += decoder.decode(block, final=not block)
        except UnicodeDecodeError as failure:
            raise InvalidInput(f"The file is not UTF-8 text (near line {number}). Save it as CSV UTF-8.") from failure
        # Not `splitlines`, which also splits at characters that a name may have.
        *whole, rest = rest.split("\n")
        for line in whole:
            _check_line(line, number)
            yield f"{line}\n"
            number += 1
        _check_line(rest, number)
    if rest:
        yield rest


def _check_line(line: str, number: int) -> None:
    if len(line) > LONGEST_LINE:
        raise InvalidInput(f"Line {number} is longer than {LONGEST_LINE} characters. Is this a CSV file?")
    if "\x00" in line:
        raise InvalidInput(f"Line {number} has a zero byte. Save the file as CSV UTF-8.")


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    held: list[str] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if len(held) >= MOST_LINES or size >= MOST_CHARACTERS:
            yield held
            held, size = [], 0
    if held:
        yield held
