"""Mentorships."""

from typing import get_args

from marshmallow import fields

from matching.domain.mentorship import DeclineReason
from matching.schemas.shapes import Page, PageQuery, said
from servicekit.web.schema import Code, Identifier, Moment, Schema


class End(Schema):
    """Why it ends."""

    reason = Code(
        "completed", "ended_early", "not_a_fit", required=True, **said("Others read only whether it was completed.")
    )


class DeclineMentorship(Schema):
    """Why not; the other side never learns it."""

    reason = Code(*get_args(DeclineReason), load_default="other", **said("A code for the program's figures."))


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
    run_id = fields.String(allow_none=True, **said("The run that proposed it."))
    asked = fields.List(fields.String(), **said("Who is to confirm it, where it was proposed."))
    confirmed_by = fields.List(fields.String(), **said("Who did."))
    deadline = Moment(allow_none=True, **said("Until when it can be confirmed."))
    started_at = Moment(**said("When it started; while it is proposed, when it was."))
    ended_at = Moment(allow_none=True, **said("When it ended."))
    outcome = fields.String(allow_none=True, **said("`completed` or `ended`."))
    reason = fields.String(allow_none=True, **said("Why it ended, for managers and whoever ended it."))


class ListedMentorshipSchema(MentorshipSchema):
    """A mentorship, with what its program's managers should look at."""

    flags = fields.List(fields.String(), **said("`reporting_line`: one manages the other by now. For managers only."))


class MentorshipPage(Page):
    """Mentorships, the oldest first."""

    items = fields.List(fields.Nested(ListedMentorshipSchema), **said("The mentorships."))
