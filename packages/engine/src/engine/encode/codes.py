"""Numbers for words, shared by everybody of one pool so that columns can be compared."""


class Codes:
    """Two growing dictionaries: words to 1, 2, ... and languages to bits 0, 1, ..."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._languages: dict[str, int] = {}

    def of(self, word: str) -> int:
        """The code of `word`, never 0, a new one where it has none."""
        return self._words.setdefault(word, len(self._words) + 1)

    def language(self, subtag: str) -> int:
        """The bit of a language's primary subtag, a new one where it has none."""
        return self._languages.setdefault(subtag, len(self._languages))
