"""Importing a taxonomy: a file of skills or themes with synonyms and categories, added to what is there."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from profiles.domain.search import folded
from profiles.domain.vocabulary import PREFIXES, Skill, Theme, new_term, said
from profiles.permissions import TABLE
from profiles.ports import Store, Unit
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import InvalidInput

T = TypeVar("T", Skill, Theme)
COLUMNS = ("name", "synonyms", "category")
LONGEST_TERM, MOST_SYNONYMS, MOST_ROWS, ROWS_AT_ONCE = 100, 20, 10_000, 200
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row: a term as the file has it."""

    line: int
    name: str
    synonyms: tuple[str, ...]
    category: str


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What is wrong with one row."""

    line: int
    column: str
    detail: str


@dataclass(kw_only=True)
class Taxonomy:
    """What came of a file."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[Trouble] = field(default_factory=list)


def import_taxonomy(store: Store, clock: Clock, caller: Caller, kind: type[T], text: str) -> Taxonomy:
    """Add the file's terms: new ones, and to those that are there (by name or synonym) their synonyms and category.

    Nothing is retired by absence, so parts of a taxonomy can come in several files; the same file again changes
    nothing. Some hundred rows share a transaction.

    Raises:
        InvalidInput: the file has no column `name`, cannot be read as CSV, or has more than 10,000 rows.
    """
    TABLE.require(caller, "vocabulary.import")
    found = Taxonomy()
    entries = _entries(text, found.errors)
    while rows := list(islice(entries, ROWS_AT_ONCE)):
        part = _added(store, kind, rows)
        found.added += part.added
        found.changed += part.changed
        found.unchanged += part.unchanged
        found.errors += part.errors
    found.errors.sort(key=lambda one: one.line)
    store.atomically(lambda unit: unit.save(audited(caller, "vocabulary.import", PREFIXES[kind], clock.now())))
    return found


def _added(store: Store, kind: type[T], rows: Sequence[Entry]) -> Taxonomy:
    return store.atomically(lambda unit: _add(unit, kind, rows))


def _add(unit: Unit, kind: type[T], rows: Sequence[Entry]) -> Taxonomy:
    done = Taxonomy()
    known = _known(unit, kind, rows)
    for row in rows:
        before = known.get(folded(row.name))
        other = _owner_of_a_synonym(known, row, before)
        if other is not None:
            advice = f"`{other}` has one of these already. Merge the two, or leave the synonym out."
            done.errors.append(Trouble(line=row.line, column="synonyms", detail=advice))
            continue
        after = _grown(before, row) if before is not None else _new(kind, row)
        if after == before:
            done.unchanged += 1
            continue
        done.added += before is None
        done.changed += before is not None
        saved = unit.save(after, after.snapshot)
        known |= dict.fromkeys(saved.keys, saved)
    return done


def _known(unit: Unit, kind: type[T], rows: Sequence[Entry]) -> dict[str, T]:
    """The terms that have one of the rows' words, by word."""
    return {key: term for term in unit.terms_with_keys(kind, _words(rows)) for key in term.keys}


def _words(rows: Sequence[Entry]) -> list[str]:
    return sorted({folded(word) for row in rows for word in (row.name, *row.synonyms)})


def _owner_of_a_synonym(known: Mapping[str, T], row: Entry, mine: T | None) -> str | None:
    """The name of another term that has one of the row's synonyms."""
    for word in row.synonyms:
        term = known.get(folded(word))
        if term is not None and (mine is None or term.id != mine.id):
            return term.name
    return None


def _new(kind: type[T], row: Entry) -> T:
    return new_term(kind, new_id(PREFIXES[kind]), row.name, row.synonyms, row.category)


def _grown(before: T, row: Entry) -> T:
    words = (*before.synonyms, row.name, *row.synonyms)
    return replace(said(before, before.name, words, row.category or before.category), retired=False)


def _entries(text: str, errors: list[Trouble]) -> Iterator[Entry]:
    lines = text.removeprefix("\ufeff").split("\n")
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=max(_DELIMITERS, key=lines[0].count), strict=True)
    try:
        header = [cell.strip().casefold() for cell in next(reader)]
        if "name" not in header:
            raise InvalidInput(f"The first line must name the columns: {', '.join(COLUMNS)}; `name` must be there.")
        places = {name: header.index(name) for name in COLUMNS if name in header}
        for number, cells in enumerate(reader):
            if number > MOST_ROWS:
                raise InvalidInput(f"A file has at most {MOST_ROWS} rows. Send it in parts.")
            row = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
            if any(row.values()) and (entry := _entry(reader.line_num, row, errors)):
                yield entry
    except csv.Error as failure:
        raise InvalidInput(
            f"Line {reader.line_num} cannot be read ({failure}). Is a quotation mark left open?"
        ) from failure


def _entry(line: int, row: dict[str, str], errors: list[Trouble]) -> Entry | None:
    synonyms = tuple(dict.fromkeys(word.strip() for word in row.get("synonyms", "").split("|") if word.strip()))
    category = row.get("category", "")
    checks = (
        ("name", 0 < len(row["name"]) <= LONGEST_TERM, f"Write a name of at most {LONGEST_TERM} characters."),
        (
            "synonyms",
            len(synonyms) <= MOST_SYNONYMS and all(len(word) <= LONGEST_TERM for word in synonyms),
            f"Write at most {MOST_SYNONYMS} synonyms with | between them, each of at most {LONGEST_TERM} characters.",
        ),
        ("category", len(category) <= LONGEST_TERM, f"Write a category of at most {LONGEST_TERM} characters."),
    )
    wrong = [Trouble(line=line, column=column, detail=detail) for column, good, detail in checks if not good]
    errors += wrong
    return None if wrong else Entry(line=line, name=row["name"], synonyms=synonyms, category=category)
