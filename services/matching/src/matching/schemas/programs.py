"""Programs, with the keys of `program.yaml`."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, pre_load, validate

from contracts.matching import Journey, Milestone, SurveyPlan
from matching.domain import terms
from matching.schemas.shapes import (
    AttributeName,
    Day,
    Duration,
    Flag,
    Key,
    Many,
    Number,
    Page,
    Pair,
    Part,
    TimeZone,
    Value,
    Word,
    said,
)
from servicekit.web.schema import Code, Identifier, Moment, Schema, Text, Whole

MOST = 1_000_000


class RulesSchema(Value):
    """What no pair may break."""

    makes = terms.Rules
    shared_language = Flag(**said("The two share a language."))
    max_time_zone_hours = Number(0, 12, allow_none=True, **said("Most hours between their time zones; null: any."))
    meet = Code("remote_or_same_site", "same_site", "any", **said("How they must be able to meet."))
    reporting_line = Code("forbidden", "allowed", **said("Whether a manager may mentor their own reports."))
    min_level_gap = Whole(-1000, 1000, allow_none=True, **said("Least level of mentor minus level of mentee."))


class WeightsSchema(Value):
    """How much each component counts; one left out counts nothing."""

    makes = terms.Weights
    skills = Number(0, MOST, **said("Skills wanted and offered."))
    goals = Number(0, MOST, **said("Goals and themes helped with."))
    seniority = Number(0, MOST, **said("The gap in levels."))
    availability = Number(0, MOST, **said("Half hours in which both are free."))
    diversity = Number(0, MOST, **said("Attributes on which they differ."))


class SenioritySchema(Value):
    """Which gap in levels is best."""

    makes = terms.Seniority
    ideal_gap = Number(-1000, 1000, **said("The best gap, in levels."))
    width = Number(0.0001, 1000, **said("How fast the score falls beside it."))


class WishWeightsSchema(Value):
    """What a first wish adds to a score."""

    makes = terms.Wishes
    mentee = Number(0, MOST, **said("A mentee's first wish."))
    mentor = Number(0, MOST, **said("A mentor's first wish."))


class GroupSizeSchema(Value):
    """How many mentees a group has."""

    makes = terms.Group
    min = Whole(1, 100, required=True, **said("At least."))
    max = Whole(1, 100, required=True, **said("At most."))


class FairnessSchema(Value):
    """Groups that are to be matched alike."""

    makes = terms.Fairness
    group = Word(required=True, **said("An attribute, or several such as `level+site`."))
    tolerance = Number(0, 1, **said("How far a group's rate may stay behind."))
    report = Many(Word(), 20, **said("Further attributes to report on."))


class EligibilitySchema(Value):
    """Whom the program is for; what is left out leaves nobody out."""

    makes = terms.Eligibility
    departments = Many(Word(), 500, **said("Any of these departments."))
    sites = Many(Word(), 500, **said("Any of these sites."))
    min_level = Whole(-1000, 1000, allow_none=True, **said("At least this level."))
    max_level = Whole(-1000, 1000, allow_none=True, **said("At most this level."))
    attributes = fields.Dict(
        keys=AttributeName(),
        values=Many(Word(), 100),
        validate=validate.Length(max=20),
        **said('Attributes with the values that are let in, such as `{"career_track": ["expert"]}`; all must fit.'),
    )


class RequestsSchema(Value):
    """How requests are waited for."""

    makes = terms.Requests
    answer_within = Duration(**said("How long a request may wait."))
    remind_after = Duration(**said("When the reminder goes out."))
    on_no_answer = Code("suggest", "next_choice", **said("What follows when nobody answers."))
    open_per_mentee = Whole(1, 100, **said("How many requests of a mentee may wait at once."))
    open_per_mentor = Whole(1, 1000, **said("How many requests of a mentor may wait at once."))


class PlacesSchema(Value):
    """How many may take part; null is any number."""

    makes = terms.Places
    mentor = Whole(0, MOST, allow_none=True, **said("Mentors."))
    mentee = Whole(0, MOST, allow_none=True, **said("Mentees."))


class MilestoneSchema(Value):
    """A step that the program expects."""

    makes = Milestone
    key = Key(required=True, **said("A short code of it."))
    title = Word(required=True, **said("What people read."))
    due_after = Duration(required=True, **said("Counted from the start of the mentorship."))


class JourneySchema(Value):
    """What the program expects of a mentorship."""

    makes = Journey
    session_every = Duration(**said("How often the pair should meet."))
    first_session_within = Duration(**said("Counted from the start of the mentorship."))
    sessions = Whole(0, 1000, **said("Sessions expected in all; 0 says nothing."))
    milestones = Many(Part(MilestoneSchema), 50, **said("Steps, each with its time."))


class SurveyPlanSchema(Value):
    """A survey that the program sends."""

    makes = SurveyPlan
    key = Key(required=True, **said("A short code of it."))
    opens_after = Duration(required=True, **said("Counted from the start of the program."))
    open_for = Duration(**said("How long it stays open."))


class _Terms(Schema):
    description = Text(5000, **said("What it is about, for everybody."))
    time_zone = TimeZone(**said("In which its days begin and end."))
    managers = Many(Identifier(), 50, **said("Who manages it, beside who creates it."))
    eligibility = Part(EligibilitySchema, **said("Whom it is for."))
    approval = Code("manager", "automatic", **said("Who approves those who apply."))
    places = Part(PlacesSchema, **said("How many may take part."))
    waitlist = Code("auto", "ask", **said("Whether a free place goes to the first who waits, or managers decide."))
    confirmation = Code(
        "both", "mentor", "none", **said("Who confirms a pair that a run proposes; a group starts at once.")
    )
    confirm_within = Duration(**said("How long a proposed pair may wait for that."))
    requests = Part(RequestsSchema, **said("How requests are waited for."))
    journey = Part(JourneySchema, **said("What is expected of a mentorship."))
    surveys = Many(Part(SurveyPlanSchema), 20, **said("Surveys to send."))
    group = Part(GroupSizeSchema, allow_none=True, **said("Sizes, for the kind `group`."))
    as_of = Day(allow_none=True, **said("The day whose time-zone offsets count; else the first day."))
    attributes = Many(Word(), 50, **said("Further attributes of people that count."))
    weights = Part(WeightsSchema, **said("How much each component counts."))
    seniority = Part(SenioritySchema, **said("Which gap in levels is best."))
    diversity = Many(Word(), 20, **said("Attributes on which a difference counts."))
    wishes = Part(WishWeightsSchema, **said("What a wish adds."))
    rules = Part(RulesSchema, **said("What no pair may break."))
    floor = Number(-MOST, MOST, **said("No pair scores less."))
    objective = Code("best_total", "most_people", "stable", **said("What a whole match looks for."))
    fairness = Part(FairnessSchema, allow_none=True, **said("Groups that are to be matched alike."))
    spread = Number(0, MOST, **said("What a mentor's further mentees cost each."))
    stickiness = Number(0, MOST, **said("What an existing pair gains."))
    locked = Many(Pair(Identifier()), 100_000, **said("[mentee, mentor] pairs that must be."))
    forbidden = Many(Pair(Identifier()), 100_000, **said("[mentee, mentor] pairs that must not be."))
    seed = Whole(0, 2**53, **said("Orders equal scores."))

    @pre_load
    def read_as_yaml_has_it(self, data: Any, **kwargs: Any) -> Any:
        """Take `program` for the name and `kind: {group: ...}`, as `program.yaml` writes them."""
        if not isinstance(data, Mapping):
            return data
        read = dict(data)
        if "program" in read and "name" not in read:
            read["name"] = read.pop("program")
        if isinstance(read.get("kind"), Mapping) and set(read["kind"]) == {"group"}:
            read["group"], read["kind"] = read["kind"]["group"], "group"
        return read


class _Named(_Terms):
    name = Text(200, least=1, required=True, **said("What people call it."))
    kind = Code("one_to_one", "group", "peer", "reverse", "flash", **said("How people come together."))
    starts_on = Day(required=True, **said("First day of mentoring, in its time zone."))
    ends_on = Day(required=True, **said("Last day of mentoring, in its time zone."))


class CreateProgram(_Named):
    """A new program; what is left out has its default."""


class ChangeProgram(_Named):
    """What of a program is to change."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "partial": True})


class AppointManagers(Schema):
    """Who manages a program from now on."""

    managers = fields.List(
        Identifier(), required=True, validate=validate.Length(min=1, max=50), **said("All of them, not only new ones.")
    )


class ProgramSchema(_Named):
    """A program."""

    id = fields.String(**said("`prg_...`"))
    state = fields.String(**said("`draft`, `open`, `running`, `closing` or `closed`."))
    created_at = Moment(**said("When it was created."))


class ProgramPage(Page):
    """Programs, the oldest first."""

    items = fields.List(fields.Nested(ProgramSchema), **said("The programs."))
