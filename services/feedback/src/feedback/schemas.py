"""The JSON shapes of requests and replies."""

from marshmallow import fields, validate

from servicekit.web.schema import Code, Moment, Schema, Text, Whole

LONGEST_SESSION_MINUTES = 480
MOST_WORDS = 4000


def _ids(description: str) -> "fields.List[str]":
    return fields.List(fields.String(), metadata={"description": description})


class PageQuery(Schema):
    """Which page of a list."""

    cursor = fields.String(metadata={"description": "`next` of the page before."})
    limit = fields.Integer(
        validate=validate.Range(min=1, max=100),
        metadata={"description": "How many items, at most 100; 20 if left out."},
    )


class ScheduleSession(Schema):
    """A new meeting."""

    starts_at = Moment(required=True, metadata={"description": "When it starts, with its offset from UTC."})
    minutes = Whole(5, LONGEST_SESSION_MINUTES, required=True, metadata={"description": "How long it lasts."})
    agenda = Text(MOST_WORDS, load_default="", metadata={"description": "What to talk about; its people only."})
    place = Text(500, load_default="", metadata={"description": "A room or a link; its people only."})


class RescheduleSession(Schema):
    """Another date for the same meeting."""

    starts_at = Moment(required=True, metadata={"description": "When it starts now, with its offset from UTC."})
    minutes = Whole(5, LONGEST_SESSION_MINUTES, load_default=None, metadata={"description": "As before if left out."})
    place = Text(500, load_default=None, metadata={"description": "As before if left out."})


class DescribeSession(Schema):
    """Other words for a meeting; what is left out stays."""

    agenda = Text(MOST_WORDS, load_default=None, metadata={"description": "What to talk about."})
    place = Text(500, load_default=None, metadata={"description": "A room or a link."})
    notes = Text(MOST_WORDS, load_default=None, metadata={"description": "What came of it."})


class SessionSchema(Schema):
    """One meeting of a mentorship. A program's managers get its texts empty."""

    id = fields.String()
    mentorship_id = fields.String()
    program_id = fields.String()
    mentor_id = fields.String()
    mentee_ids = _ids("Who meets the mentor.")
    state = Code("scheduled", "held", "missed", "cancelled")
    starts_at = Moment()
    minutes = fields.Integer(metadata={"description": "How long it lasts."})
    revision = fields.Integer(metadata={"description": "Rises with each change of date; iCalendar's SEQUENCE."})
    agenda = fields.String(metadata={"description": "What to talk about."})
    place = fields.String(metadata={"description": "A room or a link."})
    notes = fields.String(metadata={"description": "What came of it."})
    scheduled_by = fields.String(metadata={"description": "Who arranged it."})
    held_at = Moment(allow_none=True, metadata={"description": "When somebody said that it took place."})
    version = fields.Integer(metadata={"description": "The ETag's number."})


class SessionPage(Schema):
    """A page of sessions, the latest first."""

    items = fields.List(fields.Nested(SessionSchema))
    next = fields.String(allow_none=True, metadata={"description": "The cursor of the page after, if there is one."})


class ProposeAgreement(Schema):
    """How the two want to work together."""

    aims = Text(MOST_WORDS, least=1, required=True, metadata={"description": "What the mentorship is to reach."})
    meeting = Text(MOST_WORDS, load_default="", metadata={"description": "How often and how to meet."})
    boundaries = Text(MOST_WORDS, load_default="", metadata={"description": "What stays between them."})


class AgreementSchema(Schema):
    """The words as they stand, and who agreed to them."""

    aims = fields.String(metadata={"description": "What the mentorship is to reach."})
    meeting = fields.String(metadata={"description": "How often and how to meet."})
    boundaries = fields.String(metadata={"description": "What stays between them."})
    agreed_by = _ids("Who agreed to these words.")
    agreed_at = Moment(allow_none=True, metadata={"description": "When the last of them agreed."})


class MilestoneSchema(Schema):
    """A step that the program expects."""

    key = fields.String()
    title = fields.String()
    due_on = fields.Date()


class HealthSchema(Schema):
    """How a mentorship goes, from dates and attendance only."""

    mentorship_id = fields.String(attribute="id")
    program_id = fields.String()
    mentor_id = fields.String()
    mentee_ids = _ids("The mentees.")
    level = Code("thriving", "steady", "at_risk", "silent")
    reasons = fields.List(fields.String(), metadata={"description": "Codes, for example `nothing_planned`."})
    changed_at = Moment(metadata={"description": "Since when it is so."})


class HealthPage(Schema):
    """A page of the health of a program's live mentorships."""

    items = fields.List(fields.Nested(HealthSchema))
    next = fields.String(allow_none=True, metadata={"description": "The cursor of the page after, if there is one."})


class GiveReview(Schema):
    """What one side says to the other after a session."""

    rating = Whole(1, 5, required=True, metadata={"description": "From 1 to 5."})
    comment = Text(MOST_WORDS, load_default="", metadata={"description": "For the other side only."})
    about = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=64),
        metadata={"description": "Whom it is for; a mentor of a group says so."},
    )


class ReviewSchema(Schema):
    """One direction of one session's review."""

    id = fields.String()
    session_id = fields.String()
    author_id = fields.String()
    addressee_id = fields.String()
    state = Code("due", "given", "revealed", "lapsed")
    rating = fields.Integer(allow_none=True, metadata={"description": "From 1 to 5."})
    comment = fields.String(metadata={"description": "For the other side only."})
    given_at = Moment(allow_none=True)
    revealed_at = Moment(allow_none=True)
    closes_at = Moment(allow_none=True, metadata={"description": "Until when it can be given."})
    version = fields.Integer(metadata={"description": "The ETag's number."})


class SessionReviewsSchema(Schema):
    """The reviews of a session that the caller may read."""

    own = fields.List(fields.Nested(ReviewSchema), metadata={"description": "What the caller gives."})
    received = fields.List(
        fields.Nested(ReviewSchema), metadata={"description": "What was said to them, once revealed."}
    )


class JourneySchema(Schema):
    """A mentorship as its people live it; managers see states and dates only."""

    mentorship_id = fields.String(attribute="journey.id")
    program_id = fields.String(attribute="journey.program_id")
    mentor_id = fields.String(attribute="journey.mentor_id")
    mentee_ids = fields.List(fields.String(), attribute="journey.mentee_ids")
    state = Code("active", "paused", "ended", attribute="journey.state")
    started_at = Moment(attribute="journey.started_at")
    ended_at = Moment(attribute="journey.ended_at", allow_none=True)
    agreement = fields.Nested(AgreementSchema, allow_none=True)
    milestones = fields.List(fields.Nested(MilestoneSchema))
    sessions = fields.List(fields.Nested(SessionSchema), metadata={"description": "The earliest first."})
    health = fields.Nested(HealthSchema, allow_none=True)
    reviews_due = fields.List(
        fields.Nested(ReviewSchema), metadata={"description": "The reviews that the caller is asked for."}
    )
    version = fields.Integer(metadata={"description": "The ETag's number."})
