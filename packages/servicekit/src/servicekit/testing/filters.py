"""The part of MongoDB's filter and sort language that units use, over plain dictionaries."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from servicekit.store import Document, Order

_MISSING = object()


def _comparable(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    # MongoDB compares only values of one type, and finds nothing where there is nothing.
    return lambda held, given: held is not None and held is not _MISSING and test(held, given)


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$in": lambda held, given: any(_equals(held, one) for one in given),
    "$nin": lambda held, given: not any(_equals(held, one) for one in given),
    "$ne": lambda held, given: not _equals(held, given),
    "$gt": _comparable(lambda held, given: held > given),
    "$gte": _comparable(lambda held, given: held >= given),
    "$lt": _comparable(lambda held, given: held < given),
    "$lte": _comparable(lambda held, given: held <= given),
    "$regex": lambda held, given: any(isinstance(one, str) and re.search(given, one) for one in _each(held)),
    "$exists": lambda held, given: (held is not _MISSING) == given,
}


def matches(document: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """Whether MongoDB would find `document` by `where`; an operator that is not supported here raises KeyError."""
    return all(_holds(document, name, condition) for name, condition in where.items())


def in_order(documents: Iterable[Document], order: Order) -> list[Document]:
    """Sorted as MongoDB sorts, where nothing comes before something."""
    ordered = list(documents)
    for name, direction in reversed(list(order)):
        ordered.sort(key=lambda document: _sort_key(_value(document, name)), reverse=direction < 0)
    return ordered


def _holds(document: Mapping[str, Any], name: str, condition: Any) -> bool:
    if name == "$or":
        return any(matches(document, branch) for branch in condition)
    if name == "$nor":
        return not any(matches(document, branch) for branch in condition)
    if name == "$and":
        return all(matches(document, branch) for branch in condition)
    held = _value(document, name)
    if isinstance(condition, Mapping) and any(key.startswith("$") for key in condition):
        return all(_OPERATORS[operator](held, given) for operator, given in condition.items())
    return _equals(held, condition)


def _equals(held: Any, given: Any) -> bool:
    if given is None:
        return held is None or held is _MISSING
    return bool(held == given) or (isinstance(held, (list, tuple)) and given in held)


def _each(held: Any) -> Iterable[Any]:
    return held if isinstance(held, (list, tuple)) else (held,)


def _value(document: Any, path: str) -> Any:
    for name in path.split("."):
        if isinstance(document, (list, tuple)):
            return [_value(one, name) for one in document]
        if not isinstance(document, Mapping) or name not in document:
            return _MISSING
        document = document[name]
    return document


def _sort_key(value: Any) -> tuple[int, Any]:
    return (0, 0) if value is None or value is _MISSING else (1, value)
