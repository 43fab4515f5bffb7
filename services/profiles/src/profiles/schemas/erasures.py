"""Erasures and their certificates."""

from marshmallow import fields

from profiles.schemas.shapes import Page, PageQuery, said
from servicekit.web.schema import Code, Identifier, Moment, Schema

STATES = ("requested", "started", "completed", "cancelled")


class RequestErasure(Schema):
    """Who is to be forgotten."""

    person_id = Identifier(load_default=None, **said("The person; yourself when left out."))


class ErasureSchema(Schema):
    """An erasure. `destroyed` with a `completed_at` is the certificate."""

    id = fields.String(**said("`era_...`"))
    person_id = fields.String(**said("Whom it forgets: the id that stays in others' records and names nobody."))
    state = Code(*STATES, **said("Where it stands."))
    requested_by = fields.String(**said("The id of who asked."))
    requested_at = Moment(**said("When it was asked for."))
    deadline = Moment(**said("Until when it can be undone; then data is destroyed."))
    cancelled_at = Moment(allow_none=True, **said("When it was undone, if it was."))
    started_at = Moment(allow_none=True, **said("Since when data is destroyed."))
    receipts_due = Moment(allow_none=True, **said("When every service should have given its receipt."))
    missing = fields.List(fields.String(), **said("The services whose receipt is not there yet."))
    overdue = fields.Boolean(**said("Whether a receipt is missing past its time."))
    compacted_at = Moment(allow_none=True, **said("When the last topic is compacted; known once all receipts are in."))
    completed_at = Moment(allow_none=True, **said("When the certificate was given."))
    destroyed = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.Integer()),
        **said("How much of each kind of data each service destroyed, by its receipt."),
    )


class ErasureQuery(PageQuery):
    """Which erasures, and which page of them."""

    state = Code(*STATES, load_default=None, **said("Those in one state only."))
    person_id = Identifier(load_default=None, **said("Those of one person only."))


class ErasurePage(Page):
    """Erasures, the oldest first."""

    items = fields.List(fields.Nested(ErasureSchema), **said("The erasures."))
