"""Mentoring profiles, as sent and as shown: one shape, so that what was read can be changed and sent back."""

from collections.abc import Callable
from typing import Any

from marshmallow import fields, post_load, validate

from profiles.domain.profile import (
    DAYS,
    LONGEST_BIO,
    MOST_AVOIDED,
    MOST_CAPACITY,
    MOST_INTERVALS,
    MOST_SKILLS,
    Interval,
)
from profiles.domain.profile_field import MOST_FIELDS
from profiles.schemas.consents import PURPOSE
from profiles.schemas.shapes import Flag, Texts, said
from profiles.use_cases.profiles import Draft, NamedProfile
from servicekit.web.schema import Code, Schema, Text, Whole

LONGEST_TERM = 100
_HALF_HOUR = validate.Regexp(r"^(([01][0-9]|2[0-3]):[03]0|24:00)$", error="Write a half hour such as 09:00 or 17:30.")


class OfferSchema(Schema):
    """A skill somebody can pass on."""

    skill = Text(LONGEST_TERM, least=1, required=True, **said("Its name or id; an unknown name is proposed."))
    level = Whole(1, 5, required=True, **said("From 1, knows the basics, to 5, others ask them."))


class IntervalSchema(Schema):
    """A weekly interval in the person's time zone."""

    day = Code(*DAYS, required=True, **said("Day of the week."))
    start = fields.String(required=True, validate=_HALF_HOUR, **said("When it starts, on a half hour."))
    end = fields.String(required=True, validate=_HALF_HOUR, **said("When it ends, the same day; `24:00` ends a day."))

    @post_load
    def as_interval(self, data: dict[str, Any], **_: Any) -> Interval:
        """The domain's."""
        return Interval(**data)


class PublishProfile(Schema):
    """Everything that a person says for mentoring; what is left out is said to be nothing."""

    skills_offered = fields.List(
        fields.Nested(OfferSchema), validate=validate.Length(max=MOST_SKILLS), **said("Skills they can pass on.")
    )
    skills_wanted = Texts(MOST_SKILLS, LONGEST_TERM, **said("Skills they want to learn, by name or id."))
    goals = Texts(MOST_SKILLS, LONGEST_TERM, **said("Themes they want help with, by name or id."))
    helps_with = Texts(MOST_SKILLS, LONGEST_TERM, **said("Themes they help others with, by name or id."))
    availability = fields.List(
        fields.Nested(IntervalSchema), validate=validate.Length(max=MOST_INTERVALS), **said("When they can meet.")
    )
    capacity = Whole(0, MOST_CAPACITY, **said("How many mentees they take at once; 1 if left out."))
    bio = Text(LONGEST_BIO, **said("A few words for colleagues to read."))
    opted_out = Flag(**said("Keeps them out of all matching."))
    avoid = Texts(MOST_AVOIDED, 64, **said("Ids of people they are never to be matched with; nobody learns of it."))
    consent = fields.Dict(
        keys=fields.String(validate=validate.Regexp(PURPOSE, error="A purpose is a code such as `figures`.")),
        values=Flag(),
        validate=validate.Length(max=20),
        **said("What they agree to, by purpose; a purpose that is left out stays as it was."),
    )
    answers = fields.Dict(
        keys=Text(40, least=1),
        values=fields.Raw(allow_none=True),
        data_key="fields",
        validate=validate.Length(max=MOST_FIELDS),
        **said("Answers to the organisation's own questions, by key (`/v1/profile-fields`); null is no answer."),
    )

    @post_load
    def as_draft(self, data: dict[str, Any], **_: Any) -> Draft:
        """The use case's."""
        offers = tuple((offer["skill"], offer["level"]) for offer in data.pop("skills_offered", ()))
        return Draft(**{**data, "availability": tuple(data.get("availability", ()))}, skills_offered=offers)


def _named(field: str) -> Callable[[NamedProfile], list[str]]:
    return lambda shown: [shown.names[id] for id in getattr(shown.profile.statement, field)]


class GapSchema(Schema):
    """What to say next."""

    field = fields.String(**said("A field of the profile, `languages`, or `fields/KEY`."))
    why = fields.String(**said("What it is good for."))


class CompletenessSchema(Schema):
    """How much a profile says of what the match needs."""

    share = fields.Float(**said("From 0 to 1."))
    next = fields.Nested(GapSchema, allow_none=True, **said("The question that would help most; null when complete."))


class ProfileQuery(Schema):
    """Whose eyes a profile is measured with."""

    role = fields.List(
        Code("mentor", "mentee"),
        load_default=list,
        **said("What they want to be, repeated; else what they say."),
    )


class ProfileSchema(Schema):
    """A mentoring profile; skills and themes by name."""

    person_id = fields.String(attribute="profile.id", **said("Whose it is."))
    skills_offered = fields.Function(
        lambda shown: [
            {"skill": shown.names[offer.skill_id], "level": offer.level}
            for offer in shown.profile.statement.skills_offered
        ],
        metadata={
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"skill": {"type": "string"}, "level": {"type": "integer"}},
            },
            "description": "Skills they can pass on, with their level from 1 to 5.",
        },
    )
    skills_wanted = fields.Function(
        _named("skills_wanted"),
        metadata={"type": "array", "items": {"type": "string"}, "description": "Skills they want to learn."},
    )
    goals = fields.Function(
        _named("goals"),
        metadata={"type": "array", "items": {"type": "string"}, "description": "Themes they want help with."},
    )
    helps_with = fields.Function(
        _named("helps_with"),
        metadata={"type": "array", "items": {"type": "string"}, "description": "Themes they help others with."},
    )
    availability = fields.List(
        fields.Nested(IntervalSchema), attribute="profile.statement.availability", **said("When they can meet.")
    )
    capacity = fields.Integer(attribute="profile.statement.capacity", **said("How many mentees they take at once."))
    bio = fields.String(attribute="profile.statement.bio", **said("A few words for colleagues to read."))
    opted_out = fields.Boolean(attribute="profile.statement.opted_out", **said("Whether they stay out of matching."))
    avoid = fields.List(
        fields.String(), attribute="profile.statement.avoid", **said("Whom they are never to be matched with.")
    )
    consent = fields.Dict(
        keys=fields.String(),
        values=fields.Boolean(),
        attribute="profile.statement.consent",
        **said("What they agree to, by purpose."),
    )
    answers = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(),
        data_key="fields",
        **said("Answers to what the organisation asks now, by key."),
    )
    completeness = fields.Nested(
        CompletenessSchema, **said("How much it says of what the match needs; it is worked out, not sent.")
    )
    paused_until = fields.Date(
        attribute="profile.paused_until", allow_none=True, **said("The first day on which they are there again.")
    )


class PauseProfile(Schema):
    """How long to stay out of matching."""

    until = fields.Date(required=True, **said("The first day on which they are there again."))
