"""Where an import names a person who is to be forgotten, and the import without them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from profiles.domain.imports.course import Batch, Planned
from profiles.domain.imports.row import Said
from profiles.domain.person import Person
from profiles.domain.search import folded


@dataclass(frozen=True, kw_only=True)
class Naming:
    """By what a file names somebody: their id here, the one of HR, their folded addresses and account name."""

    person_id: str
    external_id: str | None
    names: tuple[str, ...]

    @staticmethod
    def of(person: Person) -> "Naming":
        """Everything by which a person may be named."""
        account = person.facts.account
        names = (
            person.email_key,
            person.user_name_key,
            *(folded(address.value) for address in (account.addresses if account else ())),
        )
        return Naming(
            person_id=person.id,
            external_id=person.external_key,
            names=tuple(dict.fromkeys(name for name in names if name)),
        )

    @property
    def whole(self) -> str:
        """A regular expression of a text that names them, whatever its case."""
        return f"(?i)^{self._words}$"

    @property
    def in_line(self) -> str:
        """A regular expression of a line that names them in a cell, whatever its case."""
        return rf'(?i)(?:^|[\s,;|"]){self._words}(?:$|[\s,;|"])'

    @property
    def _words(self) -> str:
        words = (*self.names, *((self.external_id,) if self.external_id else ()))
        return f"(?:{'|'.join(re.escape(word) for word in words)})"

    @property
    def seen(self) -> str:
        """A regular expression of the ids by which imports remember to have read of them."""
        keys = [f"e:{name}" for name in self.names] + ([f"x:{self.external_id}"] if self.external_id else [])
        return f"^[^:]*:(?:{'|'.join(re.escape(key) for key in keys)})$"

    def is_meant_by(self, row: Planned) -> bool:
        """Whether a row is about them."""
        return row.person_id == self.person_id or self._is(row.said.external_id, row.said.email)

    def rows_of(self, batches: Iterable[Batch]) -> list[Batch]:
        """The batches with nothing but the rows about them."""
        kept = [replace(batch, rows=tuple(row for row in batch.rows if self.is_meant_by(row))) for batch in batches]
        return [batch for batch in kept if batch.rows]

    def taken_from(self, batch: Batch) -> Batch:
        """The batch without the rows about them; who is said to report to them has no manager in it."""
        rows = tuple(self._taken_from(row) for row in batch.rows if not self.is_meant_by(row))
        lines = {row.said.line for row in rows if row.said.names_manager}
        without = replace(batch, rows=rows, managers_due=tuple(line for line in batch.managers_due if line in lines))
        done = without.stage == "managers" and not without.managers_due
        return replace(without, stage="done") if done else without

    def _taken_from(self, row: Planned) -> Planned:
        said: Said = row.said
        if said.manager is None or not self._is(said.manager, said.manager):
            return row
        return replace(row, said=replace(said, manager=None, names_manager=False), manager_changes=False)

    def _is(self, external_id: str | None, name: str | None) -> bool:
        by_id = external_id is not None and external_id == self.external_id
        return by_id or (name is not None and folded(name) in self.names)
