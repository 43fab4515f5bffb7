"""The fields that several shapes here are made of."""

from typing import Any

from marshmallow import fields, validate

from servicekit.web.schema import Schema, Text


class Flag(fields.Boolean):
    """`true` or `false`, not what merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Texts(fields.List[str]):
    """At most `most` short texts, as a tuple."""

    def __init__(self, most: int, longest: int, **options: Any) -> None:
        super().__init__(Text(longest, least=1), validate=validate.Length(max=most), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))


def said(description: str) -> dict[str, Any]:
    """What the API's document says of a field."""
    return {"metadata": {"description": description}}


class PageQuery(Schema):
    """Which page of a list."""

    cursor = fields.String(**said("`next` of the page before."))
    limit = fields.Integer(validate=validate.Range(min=1, max=100), **said("How many items, at most 100; else 20."))


class SearchQuery(PageQuery):
    """What to look for, and which page of it."""

    q = Text(100, load_default="", **said("Beginnings of words, such as `ana gar`; empty finds everything."))


class Page(Schema):
    """One page of a list."""

    next = fields.String(allow_none=True, **said("The cursor of the next page, null on the last."))
