"""Takes the keys of one mapping by name, checks each value, and remembers what was wrong."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

T = TypeVar("T")
D = TypeVar("D")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad key of a program, why, and what to write instead."""

    key: str
    reason: str
    write: str

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}; {self.write}"


class ProgramRefused(ValueError):
    """The program cannot be run; `problems` names each bad key."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Keys:
    """Takes values out of one mapping by name and remembers what was wrong with them."""

    def __init__(self, mapping: Any, path: str, problems: list[Problem], required: bool = True) -> None:
        self.path, self.problems = path, problems
        self.left: dict[str, Any] = {}
        if isinstance(mapping, Mapping):
            self.left = {str(key): value for key, value in mapping.items()}
        elif required:
            self.refuse("", f"{shown(mapping)} is not a set of keys", "write `key: value` lines under it")

    def refuse(self, key: str, reason: str, write: str) -> None:
        """Remember that `key` is bad, why, and what to write."""
        self.problems.append(Problem(".".join(filter(None, (self.path, key))) or "program", reason, write))

    def take(self, key: str, default: D, check: Callable[[Any], T], write: str) -> T | D:
        """The checked value of `key`; `default` where it is absent or refused."""
        if key not in self.left:
            return default
        value = self.left.pop(key)
        try:
            return check(value)
        except (ValueError, TypeError, OverflowError):
            self.refuse(key, f"{shown(value)} is not allowed", write)
            return default

    def under(self, key: str) -> "Keys | None":
        """The keys below `key`, None where it is absent."""
        if key not in self.left:
            return None
        return Keys(self.left.pop(key), f"{self.path}.{key}".lstrip("."), self.problems)

    def finish(self, known: Iterable[str]) -> None:
        """Refuse every key that nobody took."""
        for key in self.left:
            self.refuse(key, "unknown key", f"remove it or write one of {', '.join(known)}")


def shown(value: Any) -> str:
    """A value as it is quoted in a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def number(low: float | None = None, positive: bool = False) -> Callable[[Any], float]:
    """A finite number, at least `low`, above 0 where `positive`."""

    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(value)
        if (low is not None and value < low) or (positive and value <= 0) or abs(value) > 1e6:
            raise ValueError(value)
        return float(value)

    return check


def whole(low: int | None = None) -> Callable[[Any], int]:
    """A whole number, at least `low`."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or (low is not None and value < low):
            raise ValueError(value)
        if abs(value) > 2**53:
            raise ValueError(value)
        return value

    return check


def or_none(check: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """The same check, with null allowed."""
    return lambda value: None if value is None else check(value)


def choice(*words: Any) -> Callable[[Any], Any]:
    """One of `words`."""

    def check(value: Any) -> Any:
        if value not in words:
            raise ValueError(value)
        return value

    return check


def truth(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def text(value: Any) -> str:
    """Text that is not blank and has no control characters, trimmed."""
    if not isinstance(value, str) or not value.strip() or CONTROL.search(value.strip()):
        raise ValueError(value)
    return value.strip()


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts, each once."""
    if not isinstance(value, list | tuple):
        raise ValueError(value)
    names = tuple(map(text, value))
    if len(set(names)) != len(names):
        raise ValueError(value)
    return names


def day(value: Any) -> date:
    """A date, as YAML reads it or as ISO text."""
    if isinstance(value, str):
        return date.fromisoformat(value.strip())
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(value)
    return value


def pairs(value: Any) -> frozenset[tuple[str, str]]:
    """A list of pairs of ids, each once; a number is no id, since YAML would drop its leading zeros."""
    if not isinstance(value, list | tuple):
        raise ValueError(value)
    pairs = []
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ValueError(pair)
        pairs.append((text(pair[0]), text(pair[1])))
    if len(set(pairs)) != len(pairs):
        raise ValueError(value)
    return frozenset(pairs)
