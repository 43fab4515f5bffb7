"""The marshmallow shapes that services build theirs of."""

import re
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Schema(ma.Schema):
    """Unknown fields are errors; fields come out in the order they are declared."""

    class Meta:
        unknown = ma.RAISE


class Text(fields.String):
    """Text of at most `most` characters without control characters; trimmed."""

    def __init__(self, most: int = 200, least: int = 0, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=least, max=most), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _CONTROL.search(text):
            raise ma.ValidationError("Control characters are not allowed.")
        return text.strip()


class Moment(fields.AwareDateTime):
    """A moment as RFC 3339; out in UTC, to the millisecond, with `Z`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", **options)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        text = super()._serialize(value, attr, obj, **kwargs)
        return text.replace("+00:00", "Z") if isinstance(text, str) else None


class Whole(fields.Integer):
    """A whole number from `least` to `most`; text and fractions are errors."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=least, max=most), **options)

    def _validated(self, value: Any) -> Any:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Code(fields.String):
    """One of a few words."""

    def __init__(self, *choices: str, **options: Any) -> None:
        super().__init__(validate=validate.OneOf(choices), **options)


class Identifier(fields.String):
    """An id such as `prs_01J...`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Regexp(r"^[a-z]{3}_[0-9A-Za-z-]{1,64}\Z", error="Not an id."), **options)


class Nothing(Schema):
    """An empty object: a verb that takes no input."""


class Problem(Schema):
    """RFC 9457 problem details."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String()
    correlation_id = fields.String()
    errors = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))
