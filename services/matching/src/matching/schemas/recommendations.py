"""Recommendations."""

from typing import get_args

from marshmallow import fields, validate

from matching.ports.matcher import ReasonCode
from matching.schemas.shapes import Page, said
from servicekit.web.schema import Identifier, Moment, Schema


class RecommendationQuery(Schema):
    """How many, and for whom."""

    limit = fields.Integer(load_default=10, validate=validate.Range(min=1, max=100), **said("At most 100; else 10."))
    mentee = Identifier(load_default=None, **said("Whom a program's manager asks about; else oneself."))


class ComponentsSchema(Schema):
    """The parts of a score, each from 0 to 1."""

    skills = fields.Float(**said("Skills wanted and offered."))
    goals = fields.Float(**said("Goals and themes helped with."))
    seniority = fields.Float(**said("The gap in levels."))
    availability = fields.Float(**said("Half hours in which both are free."))
    diversity = fields.Float(**said("Attributes on which they differ."))


class WhySchema(Schema):
    """One reason, for a page that words it in its reader's language."""

    code = fields.String(**said(f"{', '.join(f'`{code}`' for code in get_args(ReasonCode))}; later ones may come."))
    about = fields.List(
        fields.String(),
        **said("Skills or themes by name; or the facts that differ: `department`, `site` or an attribute's name."),
    )
    hours = fields.Float(allow_none=True, **said("Hours a week in which both are free; null for other reasons."))


class MatchSchema(Schema):
    """How well a mentor fits."""

    mentor_id = fields.String(**said("The mentor."))
    score = fields.Float(**said("0 to 100, wishes left out."))
    raw = fields.Float(**said("The weighted sum of the components."))
    components = fields.Nested(ComponentsSchema, **said("The parts of the score."))
    wished = fields.Integer(allow_none=True, **said("The rank of this mentor among the mentee's wishes, 1 is first."))
    reasons = fields.List(fields.String(), **said("Why, in plain sentences, the strongest first."))
    why = fields.List(fields.Nested(WhySchema), **said("The same reasons in the same order, as codes."))


class RecommendationPage(Page):
    """The best first."""

    items = fields.List(fields.Nested(MatchSchema), **said("The mentors."))
    known_at = Moment(**said("Up to when people, seats and enrolments are known."))
    age_seconds = fields.Float(**said("How long ago that is."))
