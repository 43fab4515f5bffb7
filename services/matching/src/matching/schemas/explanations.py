"""Why a pair, or why not: in a program as it is now, and in a run."""

from marshmallow import fields

from matching.schemas.questions import QuestionSchema
from matching.schemas.recommendations import ComponentsSchema, MatchSchema
from matching.schemas.runs import ProposalSchema
from matching.schemas.shapes import said
from servicekit.web.schema import Identifier, Moment, Schema


class PairQuery(Schema):
    """Which pair."""

    mentee = Identifier(required=True, **said("The mentee."))
    mentor = Identifier(required=True, **said("The mentor."))


class ExplainedSchema(Schema):
    """Why a run proposes a pair, or why not."""

    run_id = fields.String(**said("The run."))
    mentee_id = fields.String(**said("The mentee."))
    mentor_id = fields.String(**said("The mentor."))
    proposed = fields.Boolean(**said("Whether the run proposes the pair."))
    rule = fields.String(allow_none=True, **said("The rule that refuses it; an avoid list shows as `private`."))
    words = fields.String(**said("The same as a sentence."))
    would_help = fields.String(allow_none=True, **said("The smallest change that would lift the rule."))
    score = fields.Float(attribute="percent", allow_none=True, **said("0 to 100, wishes left out."))
    total = fields.Float(attribute="score", allow_none=True, **said("The weighted sum, wishes included."))
    components = fields.Nested(ComponentsSchema, **said("The parts of the score."))
    wished_by_mentee = fields.Boolean(**said("The mentee wished for this mentor."))
    wished_by_mentor = fields.Boolean(**said("The mentor wished for this mentee."))
    seats_given_to = fields.List(fields.Nested(ProposalSchema), **said("The pairs that have the mentor's seats."))
    mentor_instead = fields.Nested(ProposalSchema, allow_none=True, **said("The pair that the mentee is in instead."))
    question = fields.Nested(QuestionSchema, allow_none=True, **said("What was asked about it, and the answer."))


class ExplanationSchema(Schema):
    """Why a pair, or why not."""

    mentee_id = fields.String(**said("The mentee."))
    mentor_id = fields.String(**said("The mentor."))
    available = fields.Boolean(**said("Whether no rule refuses the pair."))
    rule = fields.String(allow_none=True, **said("The rule that does; what is private is not told."))
    words = fields.String(allow_none=True, **said("The same as a sentence."))
    would_help = fields.String(allow_none=True, **said("The smallest change that would lift the rule."))
    match = fields.Nested(MatchSchema, allow_none=True, **said("How well they fit, where the reader may know."))
    in_run = fields.Nested(
        ExplainedSchema,
        allow_none=True,
        **said(
            "For managers: what the newest run of the program says of the pair, of those that are solved and not "
            "discarded; null where there is none or one of the two is not part of it."
        ),
    )
    known_at = Moment(**said("Up to when people, seats and enrolments are known."))
