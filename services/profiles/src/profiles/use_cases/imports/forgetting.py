"""Forgetting what HR files that are at work say of a person."""

from dataclasses import replace
from datetime import datetime

from profiles.domain.imports.course import Batch, Counts, Import
from profiles.domain.imports.naming import Naming
from profiles.domain.person import Person
from profiles.ports import Unit

REASON = "Somebody whom the file names was forgotten while it was read. Upload it again as it is now."


def forget_in_imports(unit: Unit, person: Person, now: datetime) -> dict[str, int]:
    """Destroy the rows of a person in every import; returns how many rows, lines' chunks and keys that were.

    A file that is being uploaded or read is given up, since its lines cannot be parted before they are understood.
    """
    naming = Naming.of(person)
    return {
        "import_files": _forget_lines(unit, naming, now),
        "import_rows": sum(_forget_rows(unit, naming, batch) for batch in unit.batches_naming(naming)),
        "import_keys": unit.discard_seen(naming),
    }


def _forget_lines(unit: Unit, naming: Naming, now: datetime) -> int:
    chunks = unit.chunks_naming(naming)
    for import_id in {chunk.import_id for chunk in chunks}:
        held = unit.get(Import, import_id)
        if held is not None and held.state in ("received", "reading"):
            unit.save(held.cancelled(now, REASON))
            unit.discard_file(import_id)
        else:
            # What is read is in batches, and an upload under way, or broken off, is refused at its end.
            unit.discard_lines(import_id)
    return len(chunks)


def _forget_rows(unit: Unit, naming: Naming, batch: Batch) -> int:
    after = naming.taken_from(batch)
    unit.save(after)
    gone = [row for row in batch.rows if naming.is_meant_by(row)]
    held = unit.get(Import, batch.import_id)
    if held is not None and batch.stage == "planned":
        planned = held.planned
        for row in gone:
            planned -= Counts.of(row.action, row.manager_changes)
        unit.save(replace(held, planned=planned))
    return len(gone)
