"""A stored file as rows, from any line on, with one chunk in memory at a time."""

import csv
from collections.abc import Iterator, Sequence

from profiles.domain.imports.course import Chunk
from profiles.ports import Unit


class Rows:
    """The rows of a file from `line` on, as (first line, cells); `next_line` is where a later reader goes on."""

    def __init__(self, unit: Unit, import_id: str, line: int, delimiter: str) -> None:
        self._start = line
        self._reader = csv.reader(_lines(unit, import_id, line), delimiter=delimiter, strict=True)

    @property
    def next_line(self) -> int:
        """The line behind the last row that was read."""
        return self._start + self._reader.line_num

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Every row that is not blank; raises csv.Error where it cannot be told what belongs to a row."""
        while True:
            first = self.next_line
            cells = next(self._reader, None)
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                yield first, cells


def _lines(unit: Unit, import_id: str, line: int) -> Iterator[str]:
    chunk = unit.chunk_holding(import_id, line)
    skip = line - chunk.first_line if chunk else 0
    while chunk is not None:
        yield from chunk.lines[skip:]
        chunk, skip = unit.get(Chunk, Chunk.id_of(import_id, chunk.number + 1)), 0
