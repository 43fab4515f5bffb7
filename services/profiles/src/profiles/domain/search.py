"""How names are compared and found: folded for sameness, stripped of accents and cut into prefixes for the search."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal
from zlib import crc32

LONGEST_PREFIX = 12
# One person in this many is a landmark of each height.
_RARITY = {4: 16_384, 3: 2048, 2: 256, 1: 32}
HEIGHTS = tuple(_RARITY)
# Of so few letters the names of many begin, whatever the department.
_FEW_LETTERS = 3
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


def couples(words: Iterable[str]) -> tuple[str, ...]:
    """For every two words that begin differently the first two letters of both, as one text."""
    heads = sorted({word[:2] for word in words if len(word) > 1})
    return tuple(f"{one} {other}" for one, other in combinations(heads, 2))


def name_prefixes(name: str, department: str) -> tuple[str, ...]:
    """By what a name is found: the beginnings of its words, and what fewer people share with it.

    That is its couples, and the first two letters of each word with the department.
    """
    words = search_words(name)
    return prefixes(name) + couples(words) + tuple(sorted({_within(department, word) for word in words}))


def leading_prefix(words: Sequence[str], department: str | None) -> str:
    """Of what everybody has who is named by these words in this department, that which few others have."""
    longest = max(words, key=len)
    if both := couples(words):
        return both[0]
    return _within(department, longest) if department is not None and 1 < len(longest) <= _FEW_LETTERS else longest


def _within(department: str, word: str) -> str:
    return f"{word[:2]} ={department}"


def landmark_of(id: str) -> int:
    """How high a person stands out among those they are sorted with, by chance of their id; 0 for nearly everybody.

    Few are landmarks, and the higher the fewer, so that where many have a like name there are many of them, whatever
    the alphabet.
    """
    chance = crc32(id.encode())
    return next((height for height, rarity in _RARITY.items() if chance % rarity == 0), 0)


def slices_behind(name: str, landmarks: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """The alphabet from `name` on as (first, end before) slices, each up to twice as many landmarks on as before.

    Whoever walks people by name and stops when they have enough looks at few more than they need: a server may read
    all that a question matches before it cuts off what is too much. `landmarks` are names in order; the last slice
    has no end.
    """
    ends = [landmark for landmark in dict.fromkeys(landmarks) if landmark > name]
    width = 1
    while len(ends) >= width:
        yield name, ends[width - 1]
        name, ends, width = ends[width - 1], ends[width:], 2 * width
    yield name, None
