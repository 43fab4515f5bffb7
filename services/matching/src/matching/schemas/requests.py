"""Requests."""

from collections.abc import Mapping
from typing import Any, get_args

from marshmallow import ValidationError, fields, validates_schema

from matching.domain.request import STATES, DeclineReason
from matching.schemas.shapes import Page, PageQuery, said
from servicekit.web.schema import Code, Identifier, Moment, Schema, Text


class MakeRequest(Schema):
    """A mentee asks `mentor_id`, or a mentor offers to `mentee_id`."""

    program_id = Identifier(required=True, **said("In which program."))
    mentor_id = Identifier(load_default=None, **said("Whom a mentee asks."))
    mentee_id = Identifier(load_default=None, **said("To whom a mentor offers."))
    message = Text(2000, load_default="", **said("A note to the other side; only the two read it."))

    @validates_schema
    def one_other(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        """Exactly one of the two is named: the other is the caller."""
        if (data.get("mentor_id") is None) == (data.get("mentee_id") is None):
            raise ValidationError("Name either mentor_id (to ask) or mentee_id (to offer).", "mentor_id")


class Decline(Schema):
    """Why not; the side that asked never learns it."""

    reason = Code(*get_args(DeclineReason), load_default="other", **said("A code for the program's figures."))


class StateQuery(PageQuery):
    """Requests in which state."""

    state = Code(*STATES, **said("In this state."))


class RequestQuery(StateQuery):
    """Which of one's requests."""

    direction = Code("incoming", "outgoing", load_default="incoming", **said("To answer, or made by oneself."))


class WatchedRequestSchema(Schema):
    """A request as its program's managers see it: who asks whom and since when, never what they write or why not."""

    id = fields.String(**said("`req_...`"))
    program_id = fields.String(**said("The program."))
    mentee_id = fields.String(**said("The mentee."))
    mentor_id = fields.String(**said("The mentor."))
    made_by = fields.String(**said("The side that asked: `mentee` or `mentor`."))
    state = fields.String(**said("`pending`, `accepted`, `declined`, `withdrawn`, `expired` or `superseded`."))
    made_at = Moment(**said("When it was made."))
    deadline = Moment(**said("Until when it can be answered."))
    reminded_at = Moment(allow_none=True, **said("When whoever is to answer was reminded; null if they were not."))
    ended_at = Moment(allow_none=True, **said("When it ended."))
    cause = fields.String(allow_none=True, **said("What superseded it: `wish_met`, `no_seat`, ..."))
    mentorship_id = fields.String(allow_none=True, **said("The mentorship that follows an acceptance."))


class RequestSchema(WatchedRequestSchema):
    """A request, for its two people."""

    message = fields.String(**said("What they wrote."))
    reason = fields.String(allow_none=True, **said("Why it was declined, for whoever declined it."))


class WatchedRequestPage(Page):
    """A program's requests, the oldest first."""

    items = fields.List(fields.Nested(WatchedRequestSchema), **said("The requests."))


class RequestPage(Page):
    """Requests, the oldest first."""

    items = fields.List(fields.Nested(RequestSchema), **said("The requests."))
