"""Questions about a pair that a run refused: the answer, and each change that would make the pair."""

from marshmallow import fields

from matching.schemas.shapes import said
from servicekit.web.schema import Moment, Schema


class CounterfactualSchema(Schema):
    """One change that would make the pair."""

    kind = fields.String(
        **said(
            "`seat`, `wish`, `skill`, `hours`, `score` (a higher one), `lock`, `unlock` or `rule` (one that is lifted)."
        )
    )
    tried = fields.Boolean(**said("The match was run again with it, and made the pair."))
    words = fields.String(**said("The same in words, people by their ids."))
    person_id = fields.String(allow_none=True, **said("Whose change it is; null: of no one person."))
    seats = fields.Integer(allow_none=True, **said("The mentor's seats in all, of a `seat`."))
    rank = fields.Integer(allow_none=True, **said("The rank that the mentee wishes for the mentor at; 1 is first."))
    skill = fields.String(allow_none=True, **said("The name of the skill that the mentor offers."))
    level = fields.Integer(allow_none=True, **said("At which level, 1 to 5."))
    hours = fields.Float(allow_none=True, **said("Further hours a week of the mentor in the mentee's free time."))
    score = fields.Float(allow_none=True, **said("By more than this the pair's total would have to be higher."))


class QuestionSchema(Schema):
    """Why a run did not make a pair, and what would change it; the answer comes after a while."""

    id = fields.String(**said("Opaque."))
    run_id = fields.String(**said("The run."))
    mentee_id = fields.String(**said("The mentee."))
    mentor_id = fields.String(**said("The mentor."))
    state = fields.String(**said("`asked`, `answered` or `failed`; one that failed can be asked again."))
    verdict = fields.String(
        allow_none=True,
        **said(
            "`rule`, `price`, `rank` (of a stable match), `locked` (the mentee is in a locked pair), `no_room` (locked "
            "pairs leave none), or `made` (the match makes it; a hand or a leaving undid it)."
        ),
    )
    rule = fields.String(allow_none=True, **said("The rule that refuses it; an avoid list shows as `private`."))
    cost = fields.Float(allow_none=True, **said("What the pair would cost the objective, of a `price`."))
    people = fields.Integer(**said("How many fewer people would be matched with it."))
    words = fields.String(**said("The verdict as a sentence."))
    changes = fields.List(fields.Nested(CounterfactualSchema), **said("What would make it, one of each kind."))
    failure = fields.String(allow_none=True, **said("`refused`, `solver_died` or `worker_died`."))
    asked_at = Moment(**said("When it was asked."))
    answered_at = Moment(allow_none=True, **said("When the answer was found, or given up."))
