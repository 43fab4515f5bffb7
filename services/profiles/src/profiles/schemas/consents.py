"""Consent by purpose, and its history."""

from marshmallow import fields, validate

from profiles.schemas.shapes import Flag, said
from servicekit.web.schema import Moment, Schema

# A code, since it is told in events and in the audit log: never a text that somebody wrote.
PURPOSE = r"^[a-z][a-z0-9_-]{0,63}$"


class ChangeConsent(Schema):
    """What somebody agrees to, and what not."""

    purposes = fields.Dict(
        keys=fields.String(validate=validate.Regexp(PURPOSE, error="A purpose is a code such as `figures`.")),
        values=Flag(),
        required=True,
        validate=validate.Length(max=50),
        **said("Purpose to `true` or `false`; what is left out stays."),
    )


class WordSchema(Schema):
    """One time that consent was given or taken back."""

    purpose = fields.String(**said("For what."))
    granted = fields.Boolean(**said("Given, or taken back."))
    at = Moment(**said("When."))
    by = fields.String(**said("The id of who entered it."))


class ConsentSchema(Schema):
    """What holds now, and how it came."""

    person_id = fields.String(attribute="id", **said("Whose it is."))
    purposes = fields.Dict(keys=fields.String(), values=fields.Boolean(), **said("What holds now."))
    history = fields.List(fields.Nested(WordSchema), **said("Every word, the oldest first."))
