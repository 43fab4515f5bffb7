"""The gate for a change of schema: what old versions published stays readable, and old readers read what is new.

Both must hold: closed(old) within open(new), and closed(new) within open(old). Together they leave one change that an
event may undergo within its version: a new optional field. Text rules (length, pattern, format) are compared as they
stand, since `jsonsubschema` knows no formats and needs unbounded memory for patterns; it decides everything else.
It is a development tool: this module belongs to `python -m contracts check`, and no service imports it.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.schemas import Schema, closed_schema

with warnings.catch_warnings():
    # Its sources carry escape sequences that Python warns of when it compiles them.
    warnings.simplefilter("ignore")
    from jsonsubschema import isSubschema

_TEXT_RULES = ("minLength", "maxLength", "pattern", "format")
_WORDS = ("title", "description", "default", "$schema", "$id")


@dataclass(frozen=True)
class Break:
    """A change that breaks a released version; `field` is a path such as `skills_offered[].level`, "" the whole."""

    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.field or 'the event as a whole'} {self.problem}"


def breaks(old: Schema, new: Schema) -> list[Break]:
    """Every field by which the new open schema breaks the old one; none where they are compatible."""
    found = list(_breaks("", bare(old), bare(new)))
    return found or list(_whole(bare(old), bare(new)))


def bare(schema: Any) -> Any:
    """The schema without the words that only people read."""
    if isinstance(schema, dict):
        return {
            word: {name: bare(shape) for name, shape in value.items()} if word == "properties" else bare(value)
            for word, value in schema.items()
            if word not in _WORDS
        }
    return [bare(one) for one in schema] if isinstance(schema, list) else schema


def _breaks(field: str, old: Schema, new: Schema) -> Iterator[Break]:
    if old == new:
        return
    if "properties" in old and "properties" in new:
        yield from _of_object(field, old, new)
    elif _is_list(old) and _is_list(new) and _without_items(old) == _without_items(new):
        yield from _breaks(f"{field}[]", old["items"], new["items"])
    else:
        yield from _of_value(field, old, new)


def _of_object(field: str, old: Schema, new: Schema) -> Iterator[Break]:
    before, after = old["properties"], new["properties"]
    must_before, must_after = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(before.keys() | after.keys()):
        path = f"{field}.{name}" if field else name
        if name not in after:
            yield Break(path, "was removed")
        elif name not in before and name in must_after:
            yield Break(path, "was added as a required field")
        elif name in before:
            if (name in must_before) != (name in must_after):
                yield Break(path, "became required" if name in must_after else "is no longer required")
            yield from _breaks(path, before[name], after[name])


def _of_value(field: str, old: Schema, new: Schema) -> Iterator[Break]:
    if not _within(old, new):
        yield Break(field, "refuses values that were published")
    elif not _within(new, old):
        yield Break(field, "takes values that old readers refuse")
    elif sorted(_text_rules(old)) != sorted(_text_rules(new)):
        yield Break(field, "has another length, pattern or format of text")


def _whole(old: Schema, new: Schema) -> Iterator[Break]:
    """The rule itself, over the event as a whole, in case the walk over the fields overlooked something."""
    if not _within(closed_schema(old), new):
        yield Break("", "refuses data that was published")
    if not _within(closed_schema(new), old):
        yield Break("", "publishes data that old readers refuse")


def _within(small: Schema, large: Schema) -> bool:
    return bool(isSubschema(_decidable(small), _decidable(large)))


def _is_list(shape: Schema) -> bool:
    return shape.get("type") == "array" and "items" in shape


def _without_items(shape: Schema) -> Schema:
    return {word: value for word, value in shape.items() if word != "items"}


def _decidable(shape: Any) -> Any:
    """What `jsonsubschema` can decide on: no text rules, and no empty `required`, which its draft 4 forbids."""
    if isinstance(shape, dict):
        kept = {word: value for word, value in shape.items() if word not in _TEXT_RULES and value != []}
        return {word: _decidable(value) for word, value in kept.items()}
    return [_decidable(one) for one in shape] if isinstance(shape, list) else shape


def _text_rules(shape: Any) -> Iterator[str]:
    if isinstance(shape, dict):
        if shape.get("type") == "string":
            yield repr([shape.get(rule) for rule in _TEXT_RULES])
        for value in shape.values():
            yield from _text_rules(value)
    elif isinstance(shape, list):
        for one in shape:
            yield from _text_rules(one)
