"""`/v1/events`: the feed for integrators without Kafka."""

from typing import Any

from flask import Response

from notifications.schemas import EventSchema, FeedPageSchema, FeedQuery
from notifications.use_cases import events
from servicekit import web
from servicekit.refusals import InvalidInput

blueprint = web.blueprint("events", "/v1", description="Every public event, in an order that never changes.")


@blueprint.get("/events")
@web.operation("event.list")
@blueprint.arguments(FeedQuery, location="query")
@blueprint.response(200, FeedPageSchema)
def read_events(query: dict[str, Any]) -> Response:
    """Read what happened after a cursor; `next` is always given, so a poller asks again with it."""
    page = events.read_events(
        web.store(), web.caller(), _position(web.cursor("after")), query["type"], web.limit(default=100, most=500)
    )
    return web.page(page.rows, EventSchema, {"position": page.next})


def _position(cursor: dict[str, Any] | None) -> int:
    if cursor is None:
        return 0
    if "position" not in cursor:
        raise InvalidInput("The cursor belongs to another list. Use `next` of the feed's page before.")
    return int(cursor["position"])
