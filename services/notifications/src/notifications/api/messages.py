"""`/v1/inbox` and `/v1/messages/{id}`."""

from typing import Any

from flask import Response

from notifications.api import places
from notifications.schemas import InboxPage, MessageSchema, PageQuery
from notifications.use_cases import messages
from servicekit import web
from servicekit.web.schema import Nothing

blueprint = web.blueprint("messages", "/v1", description="What the caller is told.")


@blueprint.get("/inbox")
@web.operation("inbox.read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, InboxPage)
def read_inbox(query: dict[str, Any]) -> Response:
    """List the caller's messages, the newest first, with how many are unread."""
    inbox = messages.read_inbox(web.store(), web.caller(), places.given(), web.limit())
    return web.page(inbox.items, MessageSchema, places.following(inbox.next), unread=inbox.unread)


@blueprint.post("/messages/<message_id>/read")
@web.operation("message.read")
@blueprint.arguments(Nothing)
@blueprint.response(200, MessageSchema)
def read_message(body: dict[str, Any], message_id: str) -> Response:
    """Say that a message was read."""
    return web.command(
        lambda store, caller: messages.read_message(store, web.clock(), caller, message_id), MessageSchema
    )


@blueprint.post("/messages/<message_id>/archive")
@web.operation("message.archive")
@blueprint.arguments(Nothing)
@blueprint.response(200, MessageSchema)
def archive_message(body: dict[str, Any], message_id: str) -> Response:
    """Put a message away."""
    return web.command(
        lambda store, caller: messages.archive_message(store, web.clock(), caller, message_id), MessageSchema
    )
