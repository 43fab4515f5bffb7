"""What is wrong with an input: an error or a notice at a line and a column, and the file that is refused outright."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """One thing about one cell: an error leaves the row out, a notice ignores the value."""

    line: int
    column: str
    reason: str
    write: str
    kind: Literal["error", "notice"] = "error"

    def at(self, file: str) -> str:
        """As it is printed: `people.csv:7: level: "high" is not a whole number; write ...`."""
        return f"{file}:{self.line}: {self.column}: {self.reason}; {self.write}"


class InputRefused(ValueError):
    """A file that cannot be used at all; `reasons` are whole printable lines."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))
