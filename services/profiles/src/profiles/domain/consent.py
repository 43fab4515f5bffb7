"""What a person agreed to, by purpose, with every word they ever gave or took back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from servicekit.entity import Entity
from servicekit.refusals import FieldError, InvalidInput

MOST_PURPOSES = 50
MOST_REMEMBERED = 1000


@dataclass(frozen=True, kw_only=True)
class Word:
    """One time that consent was given, or taken back; `by` is the id of who entered it."""

    purpose: str
    granted: bool
    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class Consent(Entity):
    """The id is the person's; `history` has the oldest word first. A purpose that nobody spoke of is not agreed to."""

    history: tuple[Word, ...] = ()

    @property
    def purposes(self) -> dict[str, bool]:
        """What holds now."""
        return {word.purpose: word.granted for word in self.history}

    def saying(self, purposes: Mapping[str, bool], by: str, now: datetime) -> "Consent":
        """The consent with these purposes as said; what is so already, and every other purpose, stays.

        Raises:
            InvalidInput: there would be more than 50 purposes.
        """
        present = self.purposes
        news = [
            Word(purpose=purpose, granted=granted, at=now, by=by)
            for purpose, granted in purposes.items()
            if present.get(purpose) is not granted
        ]
        if len(present.keys() | purposes.keys()) > MOST_PURPOSES:
            detail = f"At most {MOST_PURPOSES} purposes can be spoken of."
            raise InvalidInput(detail, [FieldError("/purposes", detail)])
        return replace(self, history=_remembered((*self.history, *news))) if news else self


def _remembered(history: tuple[Word, ...]) -> tuple[Word, ...]:
    """The newest words, and of each purpose the last one, however old."""
    if len(history) <= MOST_REMEMBERED:
        return history
    last = {word.purpose: word for word in history}.values()
    newest = history[-(MOST_REMEMBERED - MOST_PURPOSES) :]
    return (*(word for word in last if word not in newest), *newest)
