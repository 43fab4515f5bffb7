"""Enrolments."""

from marshmallow import fields, validate

from matching.schemas.shapes import Flag, Many, Page, PageQuery, said
from servicekit.web.schema import Code, Identifier, Moment, Schema, Whole


class Apply(Schema):
    """A place asked for; or given to somebody by a manager."""

    role = Code("mentor", "mentee", required=True, **said("As what."))
    capacity = Whole(
        1,
        1000,
        load_default=None,
        allow_none=True,
        **said("Mentees a mentor takes, else as their profile says; mentors a mentee wants, else 1."),
    )
    wishes = Many(Identifier(), 10, load_default=(), **said("People wished for, the most wished first."))
    person_id = Identifier(load_default=None, allow_none=True, **said("Whom a manager enrols; else oneself."))


class ChangeEnrolment(Schema):
    """What of an enrolment is to change."""

    capacity = Whole(1, 1000, load_default=None, **said("Mentees a mentor takes; mentors a mentee wants."))
    as_profile = Flag(load_default=None, **said("A mentor takes as many as their profile says, from now on."))
    wishes = Many(Identifier(), 10, load_default=None, **said("People wished for, the most wished first."))


class EnrolmentQuery(PageQuery):
    """Which enrolments."""

    state = Code("applied", "approved", "rejected", "waitlisted", "paused", "withdrawn", **said("In this state."))
    role = Code("mentor", "mentee", **said("In this role."))
    person_id = Identifier(**said("Of this person; whoever may see only their own finds no other's."))


class EnrolmentSchema(Schema):
    """A person's place in a program."""

    id = fields.String(**said("`enr_...`"))
    program_id = fields.String(**said("The program."))
    person_id = fields.String(**said("Whose place it is."))
    role = fields.String(**said("`mentor` or `mentee`."))
    state = fields.String(validate=validate.Length(min=1), **said("`applied`, `approved`, `rejected`, ..."))
    capacity = fields.Integer(**said("Mentees a mentor takes; mentors a mentee wants."))
    as_profile = fields.Boolean(**said("The capacity is the profile's, and follows it."))
    wishes = fields.List(fields.String(), **said("People wished for, the most wished first."))
    applied_at = Moment(**said("When it was asked for."))
    changed_at = Moment(**said("When it last changed."))


class StandingSchema(EnrolmentSchema):
    """A place, with its seats."""

    taken = fields.Integer(**said("Seats taken here."))
    left = fields.Integer(**said("Seats left here, by the lower of this place's limit and the person's own."))
    over_capacity = fields.Boolean(**said("More is taken than the limit, which was lowered."))


class EnrolmentPage(Page):
    """Enrolments, the oldest first."""

    items = fields.List(fields.Nested(StandingSchema), **said("The enrolments."))
