"""Runs: what starts one, its course and figures, its pairs, comparisons and explanations."""

from typing import Any

from marshmallow import fields, post_load

from matching.schemas.programs import (
    MOST,
    FairnessSchema,
    GroupSizeSchema,
    RulesSchema,
    SenioritySchema,
    WeightsSchema,
    WishWeightsSchema,
)
from matching.schemas.recommendations import ComponentsSchema
from matching.schemas.shapes import Flag, Many, Number, Page, PageQuery, Part, Word, said
from servicekit.web.schema import Code, Identifier, Moment, Schema, Text, Whole

STATES = ("queued", "running", "ready", "publishing", "published", "discarded", "failed", "cancelled")
OWN = ("name", "certify")


class _Terms(Schema):
    group = Part(GroupSizeSchema, **said("Sizes, in a program of groups."))
    weights = Part(WeightsSchema, **said("How much each component counts."))
    seniority = Part(SenioritySchema, **said("Which gap in levels is best."))
    diversity = Many(Word(), 20, **said("Attributes on which a difference counts."))
    wishes = Part(WishWeightsSchema, **said("What a wish adds."))
    rules = Part(RulesSchema, **said("What no pair may break."))
    floor = Number(-MOST, MOST, **said("No pair scores less."))
    objective = Code("best_total", "most_people", "stable", **said("What the match looks for."))
    fairness = Part(FairnessSchema, allow_none=True, **said("Groups that are to be matched alike; null: none."))
    spread = Number(0, MOST, **said("What a mentor's further mentees cost each."))
    stickiness = Number(0, MOST, **said("What a pair of the run before gains, where it is solved again."))
    seed = Whole(0, 2**53, **said("Orders equal scores."))


class _Ordering(_Terms):
    name = Text(200, load_default="", **said("What to call it, for oneself."))

    @post_load
    def gather(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """What belongs to the run, and apart from it what overrides the program's terms."""
        own = {name: data[name] for name in OWN if name in data}
        return {**own, "overrides": {name: held for name, held in data.items() if name not in OWN}}


class StartRun(_Ordering):
    """A run by the program's terms; each term that is given overrides the program's, for this run only."""

    certify = Flag(load_default=False, **said("Prove how far the total is from the best over all pairs; takes longer."))


class SolveAgain(_Ordering):
    """The same people again, around what is locked and forbidden; terms are the run's, except those given."""

    certify = Flag(load_default=None, **said("As for a new run; else as the run before."))


class TermsSchema(_Terms):
    """What a run is computed by."""

    kind = fields.String(**said("The program's kind."))
    group = Part(GroupSizeSchema, allow_none=True, **said("Sizes, in a program of groups."))
    as_of = fields.String(**said("The day whose time-zone offsets count."))
    attributes = fields.List(fields.String(), **said("Further attributes of people that count."))


class GroupSchema(Schema):
    """Mentees of one value of an attribute; all null where fewer than five, or where it would tell of such a group."""

    group = fields.String(**said("The value; of several attributes, joined by `+`; empty: not known."))
    mentees = fields.Integer(allow_none=True, **said("How many."))
    matched = fields.Integer(allow_none=True, **said("How many have a proposal."))
    rate = fields.Float(allow_none=True, **said("The share of them, 0 to 1."))
    percent = fields.Float(allow_none=True, **said("The mean score of their pairs, 0 to 100."))
    limit = fields.Integer(
        allow_none=True, **said("How many may stay unmatched, where fairness protects the attribute.")
    )
    beyond = fields.Integer(allow_none=True, **said("How many more than that could not be matched."))


class BreakdownSchema(Schema):
    """The groups of one attribute."""

    attribute = fields.String(**said("The attribute, or several joined by `+`."))
    groups = fields.List(fields.Nested(GroupSchema), **said("The groups, by name."))


class FiguresSchema(Schema):
    """What a run came to when it was computed; marks by hand do not change it."""

    people = fields.Integer(**said("Everybody who took part."))
    mentees = fields.Integer(**said("Mentees who look for a mentor."))
    mentors = fields.Integer(**said("Mentors who are to be matched."))
    seats = fields.Integer(**said("Their free seats."))
    pairs = fields.Integer(**said("Pairs proposed."))
    matched = fields.Integer(**said("Mentees with a proposal."))
    unmatched = fields.Integer(**said("Mentees without one."))
    locked = fields.Integer(**said("Pairs that were locked beforehand."))
    kept = fields.Integer(**said("Pairs that stood in the run before."))
    candidates = fields.Integer(**said("Pairs that were weighed."))
    objective = fields.String(**said("What the match looked for."))
    total = fields.Float(**said("The objective reached."))
    bound = fields.Float(allow_none=True, **said("No total can exceed this; where the run was certified."))
    gap = fields.Float(allow_none=True, **said("(bound - total) / bound."))
    blocking_pairs = fields.Integer(allow_none=True, **said("Of a certified stable run."))
    percent = fields.Float(allow_none=True, **said("Mean score of the pairs, 0 to 100, wishes left out."))
    rate = fields.Float(allow_none=True, **said("Share of the mentees with a proposal, 0 to 1."))
    rate_without_fairness = fields.Float(allow_none=True, **said("The same, had fairness not been asked for."))
    wishes_met = fields.Integer(**said("Pairs that one of the two wished for."))
    breakdowns = fields.List(fields.Nested(BreakdownSchema), **said("Rates by group."))
    unmatched_by_reason = fields.Dict(
        keys=fields.String(), values=fields.Integer(), **said("How many mentees stayed without, by reason.")
    )
    closed_groups = fields.Integer(**said("Groups that were closed because too few fitted."))


class PairCountsSchema(Schema):
    """How many pairs carry which mark now."""

    to_publish = fields.Integer(**said("Would become mentorships."))
    locked = fields.Integer(**said("Stay when the rest is solved again."))
    forbidden = fields.Integer(**said("Forbidden in this run."))
    by_hand = fields.Integer(**said("Chosen by a manager."))
    published = fields.Integer(**said("Became mentorships."))
    skipped = fields.Integer(**said("Became impossible before they were published."))


class RunProblemSchema(Schema):
    """A term that the match refused."""

    key = fields.String(**said("Its name."))
    reason = fields.String(**said("Why."))
    write = fields.String(**said("What to write instead."))


class RunSchema(Schema):
    """A run."""

    id = fields.String(**said("`run_...`"))
    program_id = fields.String(**said("The program."))
    requested_by = fields.String(**said("The manager who asked for it."))
    name = fields.String(**said("What they call it."))
    state = fields.String(**said("`queued`, `running`, `ready`, `publishing`, `published`, `discarded`, `failed`, ..."))
    stage = fields.String(
        allow_none=True, **said("`snapshot`, `encode`, `candidates`, `solve`, `certify`, `explain` or `keep`.")
    )
    progress = fields.Float(**said("How much of the computation is done, 0 to 1."))
    parent_id = fields.String(allow_none=True, **said("The run whose people and marks it has."))
    terms = fields.Nested(TermsSchema, **said("What it is computed by."))
    overrides = fields.List(fields.String(), **said("The terms that are not the program's."))
    certify = fields.Boolean(**said("Whether the total is proven."))
    seed = fields.Integer(**said("Orders equal scores."))
    queued_at = Moment(**said("When it was asked for."))
    started_at = Moment(allow_none=True, **said("When its computation began."))
    ready_at = Moment(allow_none=True, **said("When it could be looked at."))
    ended_at = Moment(allow_none=True, **said("When it was published, discarded, cancelled, or failed."))
    attempts = fields.Integer(**said("How many workers took it up; more than one where one died."))
    figures = fields.Nested(FiguresSchema, allow_none=True, **said("What it came to; null until it is ready."))
    pairs = fields.Nested(PairCountsSchema, **said("Its pairs by their marks now."))
    input_hash = fields.String(allow_none=True, **said("Equal for equal people and terms."))
    engine_version = fields.String(allow_none=True, **said("The version of the match."))
    seconds = fields.Dict(keys=fields.String(), values=fields.Float(), **said("How long each stage took."))
    failure = fields.String(allow_none=True, **said("`refused`, `solver_died` or `worker_died`."))
    problems = fields.List(fields.Nested(RunProblemSchema), **said("Why it was refused."))


class RunPage(Page):
    """Runs, the newest first."""

    items = fields.List(fields.Nested(RunSchema), **said("The runs."))


class PairBody(Schema):
    """One pair."""

    mentee_id = Identifier(required=True, **said("The mentee."))
    mentor_id = Identifier(required=True, **said("The mentor."))


class BecauseSchema(Schema):
    """One reason for a pair."""

    code = fields.String(
        **said(
            "`offers_wanted_skill`, `helps_with_goal`, `right_seniority`, `free_at_the_same_time`, "
            "`sees_it_from_elsewhere`, `you_wished` (the mentee did) or `mentor_wished`."
        )
    )
    part = fields.Float(**said("What it adds to the weighted sum."))
    about = fields.List(fields.String(), **said("Names of skills or themes; attributes; the gap in levels."))


class ProposalSchema(Schema):
    """A pair of a run."""

    id = fields.String(**said("Opaque."))
    run_id = fields.String(**said("The run."))
    mentee_id = fields.String(**said("The mentee."))
    mentor_id = fields.String(**said("The mentor."))
    state = fields.String(**said("`proposed`, `forbidden`, `published` or `skipped`."))
    score = fields.Float(attribute="percent", **said("0 to 100, wishes left out."))
    total = fields.Float(attribute="score", **said("What was solved: the weighted sum, wishes included."))
    components = fields.Nested(ComponentsSchema, **said("The parts of the score."))
    reasons = fields.List(fields.Nested(BecauseSchema), **said("Why, the strongest first."))
    wished_by_mentee = fields.Boolean(**said("The mentee wished for this mentor."))
    wished_by_mentor = fields.Boolean(**said("The mentor wished for this mentee."))
    locked = fields.Boolean(**said("It stays when the rest is solved again."))
    kept = fields.Boolean(**said("It stood in the run before."))
    by_hand = fields.Boolean(**said("A manager chose it."))
    instead_of = fields.String(allow_none=True, **said("The mentor whom the match proposed, of a pair by hand."))
    skipped = fields.String(allow_none=True, **said("Why it could not be published: a code."))
    mentorship_id = fields.String(allow_none=True, **said("The mentorship that it became."))


class ProposalQuery(PageQuery):
    """Which pairs of a run."""

    state = Code("proposed", "forbidden", "published", "skipped", load_default=None, **said("In this state."))
    marked = Code("locked", "by_hand", "kept", load_default=None, **said("With this mark."))
    person = Identifier(load_default=None, **said("Pairs of this mentee or mentor, on one page."))
    order = Code("mentee", "weakest", "strongest", load_default="mentee", **said("By mentee, or by score."))


class ProposalPage(Page):
    """Pairs of a run."""

    items = fields.List(fields.Nested(ProposalSchema), **said("The pairs."))


class UnmatchedSchema(Schema):
    """A mentee without a proposal."""

    person_id = fields.String(**said("The mentee."))
    reason = fields.String(
        **said("`nobody`, `no_seat`, `lost_seat`, or the rule that removed most; `private` stays so.")
    )
    words = fields.String(**said("The same as a sentence."))
    candidates = fields.Integer(**said("Mentors whom no rule keeps apart from them."))
    removed = fields.Dict(
        keys=fields.String(), values=fields.Integer(), **said("How many others each rule removed; `private` stays so.")
    )
    closest_mentor_id = fields.String(attribute="closest", allow_none=True, **said("Whose seat was the nearest."))
    lost_to_id = fields.String(attribute="lost_to", allow_none=True, **said("Who has that seat."))
    by = fields.Float(allow_none=True, **said("What the total would lose if they had it."))
    would_help = fields.String(allow_none=True, **said("What would help; null where it is private."))


class UnmatchedPage(Page):
    """Mentees without a proposal, by id."""

    items = fields.List(fields.Nested(UnmatchedSchema), **said("The mentees."))


class CompareQuery(Schema):
    """With which other run."""

    with_ = Identifier(required=True, data_key="with", **said("The other run, of the same program."))


class ChangeSchema(Schema):
    """One figure in both runs."""

    name = fields.String(**said("`objective`, `mentees`, `pairs`, `rate`, `percent`, `total` or `wishes_met`."))
    before = fields.Raw(allow_none=True, **said("In the first run."))
    after = fields.Raw(allow_none=True, **said("In the other."))


class MovedSchema(Schema):
    """A mentee with another mentor."""

    mentee_id = fields.String(**said("The mentee."))
    before = fields.String(allow_none=True, **said("The mentor in the first run; null: nobody."))
    after = fields.String(allow_none=True, **said("The mentor in the other."))


class ComparisonSchema(Schema):
    """What another run changes."""

    run_id = fields.String(**said("The first run."))
    with_run_id = fields.String(**said("The other."))
    same_people = fields.Boolean(**said("Whether both had the very same people."))
    figures = fields.List(fields.Nested(ChangeSchema), **said("Figures of both."))
    before = fields.List(fields.Nested(BreakdownSchema), **said("Rates by group in the first run."))
    after = fields.List(fields.Nested(BreakdownSchema), **said("Rates by group in the other."))
    same = fields.Integer(**said("Mentees with the same mentor in both."))
    other_mentor = fields.Integer(**said("Mentees with another mentor."))
    gained = fields.Integer(**said("Mentees with a mentor in the other run only."))
    lost = fields.Integer(**said("Mentees with a mentor in the first run only."))
    moved = fields.List(fields.Nested(MovedSchema), **said("The first 200 of those whom it concerns."))
