"""Seats."""

from marshmallow import fields

from matching.schemas.shapes import said
from servicekit.web.schema import Schema


class PlaceSchema(Schema):
    """What one place in a program can take and has taken."""

    program_id = fields.String(**said("The program."))
    role = fields.String(**said("`mentor` or `mentee`."))
    limit = fields.Integer(**said("What the place can take."))
    taken = fields.Integer(**said("What is taken there."))


class SeatsSchema(Schema):
    """A person's seats over all programs."""

    person_id = fields.String(attribute="id", **said("Whose seats."))
    capacity = fields.Integer(allow_none=True, **said("Mentees they take at once; null until they said."))
    mentees = fields.Integer(attribute="taken", **said("Mentees they have now, proposed and paused ones counted."))
    takes_new = fields.Boolean(**said("Whether there is room for somebody new by their own capacity."))
    over_by = fields.Integer(**said("How many must end before the capacity holds, 0 where it does; none ends by it."))
    places = fields.List(fields.Nested(PlaceSchema), **said("By program and role."))
