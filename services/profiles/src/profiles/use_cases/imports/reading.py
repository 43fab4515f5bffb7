"""Reading an import into its preview: some rows at a time, each compared with whom is known; then who is missing."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from profiles.domain.imports.course import ROWS_AT_ONCE, Batch, Counts, Import, Planned, Seen, action_of
from profiles.domain.imports.row import Fault, Header, Said, faults_of, read_header, read_row
from profiles.domain.person import Person
from profiles.domain.search import folded
from profiles.ports import Store, Unit
from profiles.use_cases.imports.lines import Rows
from servicekit.clock import Clock
from servicekit.refusals import InvalidInput

PEOPLE_AT_ONCE = 500


def read_some(store: Store, clock: Clock, import_id: str, default_time_zone: str) -> Import:
    """Read the next rows of an import, or look for the next who are missing; or find that its preview is ready."""

    def work(unit: Unit) -> Import:
        held = unit.require(Import, import_id)
        if held.state not in ("received", "reading"):
            return held
        if not held.all_read:
            return unit.save(_read_rows(unit, clock, replace(held, state="reading"), default_time_zone))
        if held.mode == "full":
            found = unit.known_to_hr(held.leavers_after, PEOPLE_AT_ONCE)
            if found:
                return unit.save(_read_missing(unit, held, found))
        return unit.save(held.previewed())

    return store.atomically(work)


def _read_rows(unit: Unit, clock: Clock, held: Import, default_time_zone: str) -> Import:
    rows = Rows(unit, held.id, held.next_line, held.delimiter)
    try:
        if held.header is None:
            _, cells = next(iter(rows), (1, []))
            return replace(held, header=read_header(cells), next_line=rows.next_line)
        read = list(islice(rows, ROWS_AT_ONCE))
    except csv.Error as failure:
        advice = "Is a quotation mark left open?"
        return held.failed(clock.now(), f"Line {rows.next_line} cannot be read ({failure}). {advice}")
    except InvalidInput as refusal:
        return held.failed(clock.now(), refusal.detail)
    after = replace(
        held, next_line=rows.next_line, all_read=len(read) < ROWS_AT_ONCE, rows_read=held.rows_read + len(read)
    )
    said, faults = _said(held.id, held.header, read)
    said, twice = _named_once(unit, held, said)
    planned, impossible = _planned(unit, held, said, default_time_zone)
    faults += twice + impossible
    for fault in faults:
        unit.save(fault)
    refused = len({fault.line for fault in faults})
    return _with_batch(unit, replace(after, planned=after.planned + Counts(refused=refused)), planned)


def _with_batch(unit: Unit, held: Import, planned: list[Planned]) -> Import:
    if not planned:
        return held
    unit.save(Batch.of(held.id, held.batches, tuple(planned), held.expires_at))
    counts = sum((Counts.of(row.action, row.manager_changes) for row in planned), held.planned)
    return replace(held, batches=held.batches + 1, planned=counts)


def _said(import_id: str, header: Header, read: Iterable[tuple[int, Sequence[str]]]) -> tuple[list[Said], list[Fault]]:
    said: list[Said] = []
    faults: list[Fault] = []
    for line, cells in read:
        row = read_row(header, line, cells)
        if isinstance(row, Said):
            said.append(row)
        else:
            faults += faults_of(import_id, line, "unreadable", row)
    return said, faults


def _named_once(unit: Unit, held: Import, said: list[Said]) -> tuple[list[Said], list[Fault]]:
    """The rows that name somebody for the first time in this file."""
    unit.prefetch(Seen, [Seen.id_of(held.id, row.key) for row in said])
    kept: list[Said] = []
    faults: list[Fault] = []
    for row in said:
        id = Seen.id_of(held.id, row.key)
        if unit.get(Seen, id) is not None:
            column = "external_id" if row.external_id else "email"
            advice = "A row before this names the same person. Keep one of them."
            faults.append(Fault.of(held.id, row.line, column, "named-before", advice))
            continue
        unit.save(Seen(id=id, expires_at=held.expires_at))
        kept.append(row)
    return kept, faults


def _planned(unit: Unit, held: Import, said: list[Said], default_time_zone: str) -> tuple[list[Planned], list[Fault]]:
    known = People(unit, said)
    planned: list[Planned] = []
    faults: list[Fault] = []
    for row in said:
        person = known.meant_by(row)
        try:
            changes = _changes(row, person, default_time_zone)
        except InvalidInput as refusal:
            faults += faults_of(held.id, row.line, "invalid", refusal.errors)
            continue
        owner = known.by_email.get(folded(row.email)) if row.email else None
        if owner is not None and (person is None or owner.id != person.id):
            advice = "Somebody else has this address. Correct it, or change that person."
            faults.append(Fault.of(held.id, row.line, "email", "taken", advice))
            continue
        if person is None and row.status == "left":
            # Whoever left before they were ever known here stays unknown.
            planned.append(Planned(said=row, action="unchanged"))
            continue
        planned.append(
            Planned(
                said=row,
                action=action_of(row, person.status if person else None, changes),
                person_id=person.id if person else None,
                changes=tuple(sorted(changes)),
                manager_changes=known.manager_changes(row, person),
            )
        )
    return planned, faults


def _changes(row: Said, person: Person | None, default_time_zone: str) -> dict[str, object]:
    if person is None:
        row.as_facts(default_time_zone)
        return {}
    changes = row.changes_of(person)
    person.with_facts(changes)
    return changes


def _read_missing(unit: Unit, held: Import, found: list[Person]) -> Import:
    """Whoever HR knew and this file does not name has left; not those whom the identity provider keeps."""
    keys = {person.id: _keys(person) for person in found}
    unit.prefetch(Seen, [Seen.id_of(held.id, key) for known in keys.values() for key in known])
    gone = [
        person
        for person in found
        if person.facts.account is None and not any(unit.get(Seen, Seen.id_of(held.id, key)) for key in keys[person.id])
    ]
    after = replace(held, leavers_after=found[-1].id)
    for start in range(0, len(gone), ROWS_AT_ONCE):
        rows = [
            Planned(
                said=Said(line=0, external_id=person.external_key, email=None, status="left"),
                action="leaver",
                person_id=person.id,
            )
            for person in gone[start : start + ROWS_AT_ONCE]
        ]
        after = _with_batch(unit, after, rows)
    return after


def _keys(person: Person) -> tuple[str, ...]:
    return (f"x:{person.external_key}", f"e:{person.email_key}")


class People:
    """Everybody whom some rows mean, or name as managers, loaded by two questions."""

    def __init__(self, unit: Unit, said: Iterable[Said]) -> None:
        rows = list(said)
        # Each manager once, and first: they are known oftenest, and a server may go down the list for whom it found.
        managers = list(dict.fromkeys(row.manager for row in rows if row.manager))
        external_ids = list(dict.fromkeys([*managers, *(row.external_id for row in rows if row.external_id)]))
        emails = [folded(text) for text in (*managers, *(row.email for row in rows if row.email)) if "@" in text]
        found = unit.people_by_keys(external_ids, list(dict.fromkeys(emails)))
        self.by_external_id = {person.external_key: person for person in found if person.external_key}
        self.by_email = {person.email_key: person for person in found}
        self.by_user_name = {person.user_name_key: person for person in found}

    def add(self, person: Person) -> None:
        """Know a person as they are now."""
        if person.external_key:
            self.by_external_id[person.external_key] = person
        self.by_email[person.email_key] = person
        self.by_user_name[person.user_name_key] = person

    def meant_by(self, row: Said) -> Person | None:
        """Whom a row means: by external id; else by address, unless that person has another external id."""
        if row.external_id and (person := self.by_external_id.get(row.external_id)):
            return person
        person = self.by_email.get(folded(row.email)) if row.email else None
        if person is not None and row.external_id and person.external_key:
            return None
        return person

    def manager_of(self, row: Said) -> Person | None:
        """Whom a row names as manager, where they are known."""
        if row.manager is None:
            return None
        return self.by_external_id.get(row.manager) or self.by_email.get(folded(row.manager))

    def manager_changes(self, row: Said, person: Person | None) -> bool:
        """Whether the row names another manager than the person has."""
        if not row.names_manager or row.status == "left":
            return False
        if row.manager is None:
            return person is not None and person.facts.manager_id is not None
        manager = self.manager_of(row)
        return person is None or manager is None or manager.id != person.facts.manager_id
