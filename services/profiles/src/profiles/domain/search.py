"""How names are compared and found: folded for sameness, stripped of accents and cut into prefixes for the search."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

LONGEST_PREFIX = 12
Listed = Literal["department", "site"]


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Whom a people admin looks for; what is empty or None leaves everybody in.

    `words` are beginnings of words of a name, `ids` those who alone come into question.
    """

    words: tuple[str, ...] = ()
    status: str | None = None
    department: str | None = None
    site: str | None = None
    ids: tuple[str, ...] | None = None


def folded(text: str) -> str:
    """Text as it is compared: normalised, without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).strip()


def plain(text: str) -> str:
    """Text as it is searched: folded, without accents, so that `Jurgen` finds `Jürgen`."""
    decomposed = unicodedata.normalize("NFKD", folded(text))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def search_words(text: str) -> tuple[str, ...]:
    """The words of a name or a query as they are searched, each cut to what the index holds."""
    return tuple(dict.fromkeys(word[:LONGEST_PREFIX] for word in re.findall(r"\w+", plain(text))))


def prefixes(*texts: str) -> tuple[str, ...]:
    """Every beginning of every word: an index over them finds names while they are typed, without a text index."""
    words = {word for text in texts for word in search_words(text)}
    return tuple(sorted({word[:end] for word in words for end in range(1, len(word) + 1)}))
