"""What the checker says: a rule that a result breaks, and an input that it cannot judge by."""

from dataclasses import dataclass


class CannotCheck(ValueError):
    """An input file is missing, unreadable or contradicts its own format, so nothing can be said about the result."""


@dataclass(frozen=True, order=True)
class Violation:
    """One breach: where it stands, whom it concerns, the rule's name and words for a person.

    `line` is the line of pairs.csv (header = 1), or 0 when the breach belongs to no single line.
    """

    line: int
    mentee: str
    mentor: str
    rule: str
    words: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        pair = " - ".join(name for name in (self.mentee, self.mentor) if name)
        return f"{place}{self.rule}: {pair + ': ' if pair else ''}{self.words}"
