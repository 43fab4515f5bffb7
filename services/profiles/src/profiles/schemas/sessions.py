"""Sign-ins that go on."""

from marshmallow import fields

from profiles.schemas.shapes import Page, said
from servicekit.web.schema import Moment, Schema


class SessionSchema(Schema):
    """One sign-in."""

    id = fields.String(**said("`rtf_...`"))
    started_at = Moment(**said("When the person signed in."))
    used_at = Moment(**said("When its tokens were renewed last."))
    expires_at = Moment(**said("When it ends by itself if nobody uses it until then."))


class SessionPage(Page):
    """Sign-ins, the last used first."""

    items = fields.List(fields.Nested(SessionSchema), **said("The sign-ins that go on."))


class EndedSchema(Schema):
    """What was ended."""

    ended = fields.Integer(**said("How many sign-ins went on until now."))
