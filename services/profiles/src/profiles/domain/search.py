"""How names are compared and found: folded for sameness, stripped of accents and cut into prefixes for the search."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from string import ascii_lowercase
from typing import Literal

LONGEST_PREFIX = 12
# Where the alphabet of sort names is cut: before each letter, and before each second letter.
_CUTS = tuple(sorted({*ascii_lowercase, *("".join(pair) for pair in product(ascii_lowercase, repeat=2))}))
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


def slices_behind(name: str) -> Iterator[tuple[str, str | None]]:
    """The alphabet from `name` on as (first, end before) slices, each four times as wide as the one before it.

    Whoever walks people by name and stops when they have enough looks at few more than they need: a server may read
    all that a question matches before it cuts off what is too much. The last slice has no end.
    """
    place, width = bisect_right(_CUTS, name), 1
    while place + width <= len(_CUTS):
        end = _CUTS[place + width - 1]
        yield name, end
        name, place, width = end, place + width, 4 * width
    yield name, None
