"""The organisation's own questions, as declared and as shown."""

from typing import Any, get_args

from marshmallow import fields, post_load, validate

from profiles.domain.profile_field import MOST_OPTIONS, Kind, Option, ProfileField, Visibility
from profiles.schemas.shapes import Flag, Page, said
from servicekit.web.schema import Code, Schema, Text, Whole

MOST_LANGUAGES = 20
BOUND = 1_000_000_000_000


def _words(longest: int, **options: Any) -> fields.Dict:
    return fields.Dict(
        keys=Text(3, least=2), values=Text(longest), validate=validate.Length(max=MOST_LANGUAGES), **options
    )


class Bound(fields.Float):
    """A finite number, not what merely looks like one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_none=True, validate=validate.Range(min=-BOUND, max=BOUND), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class OptionSchema(Schema):
    """One answer to choose."""

    key = Text(40, least=1, required=True, **said("A code of it; never changes."))
    label = _words(200, required=True, **said("What people read, by language."))
    retired = Flag(**said("No longer offered; whoever chose it keeps it."))

    @post_load
    def as_option(self, data: dict[str, Any], **_: Any) -> Option:
        """The domain's."""
        return Option(**data)


class ChangeField(Schema):
    """A question as it is from now on; what is left out has its default."""

    kind = Code(*get_args(Kind), required=True, **said("What an answer is; never changes."))
    label = _words(200, required=True, **said('The question, by language, such as `{"en": "Career track"}`.'))
    hint = _words(500, **said("A sentence below it, by language."))
    options = fields.List(
        fields.Nested(OptionSchema),
        validate=validate.Length(max=MOST_OPTIONS),
        **said("What to choose from; none is ever left out, but `retired`."),
    )
    least = Bound(**said("The smallest number."))
    most = Bound(**said("The greatest number."))
    required = Flag(**said("Whether nobody publishes a profile without an answer."))
    visible = Code(
        *get_args(Visibility),
        **said("`card`: colleagues see it. `private`: the person, program managers and people admins."),
    )
    matched = Flag(**said("Whether the answer travels to the match as an attribute; never what somebody writes."))
    order = Whole(0, 1000, **said("Smaller comes first."))
    retired = Flag(**said("No longer asked; its answers are shown to nobody, and go with the next publishing."))

    @post_load
    def as_parts(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The domain's, but for the key."""
        return {**data, "options": tuple(data.get("options", ()))}


class DeclareField(ChangeField):
    """A new question."""

    class Meta(Schema.Meta):
        exclude = ("retired",)

    key = Text(40, least=1, required=True, **said("A code of it, such as `career_track`; never changes."))


class FieldSchema(Schema):
    """A question of the organisation's own."""

    key = fields.String(attribute="id", **said("Its code."))
    kind = Code(*get_args(Kind), **said("What an answer is."))
    label = fields.Dict(keys=fields.String(), values=fields.String(), **said("The question, by language."))
    hint = fields.Dict(keys=fields.String(), values=fields.String(), **said("A sentence below it, by language."))
    options = fields.List(fields.Nested(OptionSchema), **said("What to choose from."))
    least = fields.Float(allow_none=True, **said("The smallest number."))
    most = fields.Float(allow_none=True, **said("The greatest number."))
    required = fields.Boolean(**said("Whether nobody publishes a profile without an answer."))
    visible = Code(*get_args(Visibility), **said("Who sees the answers."))
    matched = fields.Boolean(**said("Whether the answers travel to the match."))
    order = fields.Integer(**said("Smaller comes first."))
    retired = fields.Boolean(**said("Whether it is no longer asked."))


class FieldPage(Page):
    """All questions on one page, in their order."""

    items = fields.List(fields.Nested(FieldSchema), **said("The questions."))


def declared(key: str, parts: dict[str, Any]) -> ProfileField:
    """The question as it was declared."""
    return ProfileField(id=key, **parts)
