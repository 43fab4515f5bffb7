"""The fields and pages that several shapes here are made of."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields, post_load, validate

from servicekit.web.schema import Schema, Text


def said(description: str) -> dict[str, Any]:
    """What the API's document says of a field."""
    return {"metadata": {"description": description}}


class Flag(fields.Boolean):
    """`true` or `false`, not what merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Number(fields.Float):
    """A JSON number from `least` to `most`; text is an error."""

    def __init__(self, least: float, most: float, **options: Any) -> None:
        super().__init__(validate=validate.Range(min=least, max=most), **options)

    def _validated(self, value: Any) -> Any:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Many(fields.List[Any]):
    """At most `most` values, as a tuple."""

    def __init__(self, inner: fields.Field[Any], most: int, **options: Any) -> None:
        super().__init__(inner, validate=validate.Length(max=most), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = super()._deserialize(value, attr, data, **kwargs)
        return tuple(tuple(one) if isinstance(one, list) else one for one in found)


class Pair(fields.List[Any]):
    """Two ids, the mentee's first."""

    def __init__(self, inner: fields.Field[Any], **options: Any) -> None:
        super().__init__(inner, validate=validate.Length(equal=2), **options)


class Duration(fields.String):
    """Days or weeks, such as `P7D` or `P2W`."""

    def __init__(self, **options: Any) -> None:
        rule = validate.Regexp(r"^P[1-9][0-9]{0,2}[DW]\Z", error="Write days or weeks, such as P7D or P2W.")
        super().__init__(validate=rule, **options)


class Day(fields.Date):
    """A day from 2000 to 2199: further away, the moments at which days begin and end cannot be counted."""

    def __init__(self, **options: Any) -> None:
        rule = validate.Range(min=date(2000, 1, 1), max=date(2199, 12, 31), error="Write a day from 2000 to 2199.")
        super().__init__(validate=rule, **options)


class Key(fields.String):
    """A code in small letters, such as `first_goal`."""

    def __init__(self, **options: Any) -> None:
        rule = validate.Regexp(
            r"^[a-z][a-z0-9_]{0,63}\Z", error="Write small letters, digits and _, such as first_goal."
        )
        super().__init__(validate=rule, **options)


class AttributeName(fields.String):
    """The name of a further fact about people, as `profiles` writes it."""

    def __init__(self, **options: Any) -> None:
        rule = validate.Regexp(r"^[A-Za-z][A-Za-z0-9_.-]{0,63}\Z", error="Write an attribute's name, a letter first.")
        super().__init__(validate=rule, **options)


class TimeZone(fields.String):
    """An IANA time zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if name not in available_timezones():
            raise ValidationError("Write an IANA time zone such as Europe/Berlin.")
        return name


class Value(Schema):
    """A plain value of the domain: loading gives `makes`, which has the defaults of what was left out."""

    makes: ClassVar[type]

    @post_load
    def make(self, data: Mapping[str, Any], **kwargs: Any) -> Any:
        """The domain's value."""
        return self.makes(**data)


class Part(fields.Nested):
    """A value inside another; changing it means giving it whole, so what a change leaves out is its default."""

    def _load(self, value: Any, partial: Any = None) -> Any:
        return super()._load(value, partial=False)


class Word(Text):
    """A short text that is compared as written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(200, least=1, **options)


class PageQuery(Schema):
    """Which page of a list."""

    cursor = fields.String(**said("`next` of the page before."))
    limit = fields.Integer(validate=validate.Range(min=1, max=100), **said("How many items, at most 100; else 20."))


class Page(Schema):
    """One page of a list."""

    next = fields.String(allow_none=True, **said("The cursor of the next page, null on the last."))
