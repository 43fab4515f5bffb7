"""The JSON shapes of requests and replies."""

from typing import Any

from marshmallow import fields, validate

from notifications.domain.preferences import CHANNELS, KINDS
from servicekit.web.schema import Code, Moment, Schema


class PageQuery(Schema):
    """Which page of a list."""

    cursor = fields.String(metadata={"description": "`next` of the page before."})
    limit = fields.Integer(
        validate=validate.Range(min=1, max=100),
        metadata={"description": "How many items, at most 100; 20 if left out."},
    )


class FeedQuery(Schema):
    """Which part of the feed."""

    after = fields.String(metadata={"description": "`next` of the page before; the beginning if left out."})
    limit = fields.Integer(
        validate=validate.Range(min=1, max=500),
        metadata={"description": "How many events, at most 500; 100 if left out."},
    )
    type = fields.String(
        load_default=None,
        metadata={"description": "One type in full, for example `mentormesh.matching.request.accepted.v1`."},
    )


class MessageSchema(Schema):
    """One notice in its reader's words."""

    id = fields.String()
    kind = Code(*KINDS)
    title = fields.String()
    body = fields.String()
    link = fields.String(metadata={"description": "The portal's page about it, as a path."})
    created_at = Moment()
    read_at = Moment(allow_none=True)
    archived_at = Moment(allow_none=True)


class InboxPage(Schema):
    """A page of the inbox, the newest first."""

    items = fields.List(fields.Nested(MessageSchema))
    next = fields.String(allow_none=True, metadata={"description": "The cursor of the page after, if there is one."})
    unread = fields.Integer(metadata={"description": "How many messages in the whole inbox were not read."})


def _per_kind(**options: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(KINDS)),
        values=fields.Dict(
            keys=fields.String(validate=validate.OneOf(CHANNELS)), values=fields.Boolean(truthy={True}, falsy={False})
        ),
        metadata={"description": "For each kind of message and each channel, whether it is wanted."},
        **options,
    )


class ChangePreferences(Schema):
    """What the caller wants to be told, and where; what is left out is on."""

    kinds = _per_kind(required=True)


class PreferencesSchema(Schema):
    """What the caller is told, and where."""

    kinds = _per_kind()
    version = fields.Integer(metadata={"description": "The ETag's number; 0 while nothing was chosen."})


class DeliverySchema(Schema):
    """One message over one channel."""

    id = fields.String()
    message_id = fields.String()
    kind = Code(*KINDS)
    channel = Code(*CHANNELS)
    state = Code("pending", "sent", "suppressed", "failed", "dead")
    reason = fields.String(
        allow_none=True, metadata={"description": "Why it waits, failed or was not sent, as a code."}
    )
    attempts = fields.Integer()
    created_at = Moment()
    due_at = Moment(allow_none=True, metadata={"description": "When it is tried next."})
    sent_at = Moment(allow_none=True)


class DeliveryPage(Schema):
    """A page of deliveries, the newest first."""

    items = fields.List(fields.Nested(DeliverySchema))
    next = fields.String(allow_none=True, metadata={"description": "The cursor of the page after, if there is one."})


class EventSchema(Schema):
    """One public event, as structured CloudEvents JSON."""

    specversion = fields.Constant("1.0")
    id = fields.String()
    source = fields.String()
    type = fields.String()
    subject = fields.String(metadata={"description": "The id of what it is about."})
    time = Moment()
    datacontenttype = fields.Constant("application/json")
    partitionkey = fields.String(attribute="key", metadata={"description": "Within one key, order is kept."})
    sequence = fields.String(metadata={"description": "Counts the events of one topic and key, without gaps."})
    generation = fields.String(metadata={"description": "Rises when the producer was restored from a backup."})
    correlationid = fields.String()
    causationid = fields.String(allow_none=True, metadata={"description": "The event that led to it."})
    traceparent = fields.String(allow_none=True, metadata={"description": "The W3C trace context, if there is one."})
    data = fields.Dict(metadata={"description": "Ids and codes, as the event's schema says."})


class FeedPageSchema(Schema):
    """A page of the feed, the oldest first."""

    items = fields.List(fields.Nested(EventSchema))
    next = fields.String(
        metadata={"description": "Where to continue, always given: ask again with it for what is new."}
    )
