"""Mentorships."""

from marshmallow import fields

from matching.schemas.shapes import Page, PageQuery, said
from servicekit.web.schema import Code, Identifier, Moment, Schema


class End(Schema):
    """Why it ends."""

    reason = Code(
        "completed", "ended_early", "not_a_fit", required=True, **said("Others read only whether it was completed.")
    )


class MentorshipQuery(PageQuery):
    """Which mentorships: one's own, or a program's."""

    program_id = Identifier(load_default=None, **said("Of this program; all of it for its managers."))
    state = Code("proposed", "active", "declined", "expired", "paused", "ended", **said("In this state."))


class MentorshipSchema(Schema):
    """A mentorship."""

    id = fields.String(**said("`mnt_...`"))
    program_id = fields.String(**said("The program."))
    mentor_id = fields.String(**said("The mentor."))
    mentee_ids = fields.List(fields.String(), **said("The mentees; one, unless it is a group."))
    state = fields.String(**said("`proposed`, `active`, `declined`, `expired`, `paused` or `ended`."))
    request_id = fields.String(allow_none=True, **said("The request that it came from."))
    started_at = Moment(**said("When it started."))
    ended_at = Moment(allow_none=True, **said("When it ended."))
    outcome = fields.String(allow_none=True, **said("`completed` or `ended`."))
    reason = fields.String(allow_none=True, **said("Why it ended, for managers and whoever ended it."))


class ListedMentorshipSchema(MentorshipSchema):
    """A mentorship, with what its program's managers should look at."""

    flags = fields.List(fields.String(), **said("`reporting_line`: one manages the other by now. For managers only."))


class MentorshipPage(Page):
    """Mentorships, the oldest first."""

    items = fields.List(fields.Nested(ListedMentorshipSchema), **said("The mentorships."))
