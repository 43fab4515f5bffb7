"""`/v1/inbox` and `/v1/messages/{id}`."""

from typing import Any

from flask import Response, request

from notifications.api import places
from notifications.domain.texts import LANGUAGES
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
    inbox = messages.read_inbox(web.store(), web.caller(), places.given(), web.limit(), _language())
    return web.page(inbox.items, MessageSchema, places.following(inbox.next), unread=inbox.unread)


@blueprint.post("/messages/<message_id>/read")
@web.operation("message.read")
@blueprint.arguments(Nothing)
@blueprint.response(200, MessageSchema)
def read_message(body: dict[str, Any], message_id: str) -> Response:
    """Say that a message was read."""
    return web.command(
        lambda store, caller: messages.read_message(store, web.clock(), caller, message_id, _language()), MessageSchema
    )


@blueprint.post("/messages/<message_id>/archive")
@web.operation("message.archive")
@blueprint.arguments(Nothing)
@blueprint.response(200, MessageSchema)
def archive_message(body: dict[str, Any], message_id: str) -> Response:
    """Put a message away."""
    return web.command(
        lambda store, caller: messages.archive_message(store, web.clock(), caller, message_id, _language()),
        MessageSchema,
    )


def _language() -> str | None:
    """The first of our languages that the caller's `Accept-Language` names; None leaves it to the reader's own."""
    named = (tag.split("-")[0].lower() for tag in request.accept_languages.values())
    return next((language for language in named if language in LANGUAGES), None)
