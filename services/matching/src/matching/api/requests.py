"""`/v1/requests`."""

from typing import Any

from flask import Response

from matching.api.pages import after, position
from matching.schemas.requests import (
    Decline,
    MakeRequest,
    RequestPage,
    RequestQuery,
    RequestSchema,
    StateQuery,
    WatchedRequestPage,
    WatchedRequestSchema,
)
from matching.use_cases import requests
from servicekit import web
from servicekit.web.schema import Nothing

blueprint = web.blueprint("requests", "/v1", description="A mentee asks a mentor, or a mentor offers.")


@blueprint.post("/requests")
@web.operation("request.make", creates=True)
@blueprint.arguments(MakeRequest)
@blueprint.response(201, RequestSchema)
def make_request(body: dict[str, Any]) -> Response:
    """Ask a mentor, or offer yourself to a mentee."""
    return web.command(
        lambda store, caller: requests.make_request(store, web.clock(), caller, **body),
        RequestSchema,
        201,
        lambda request: f"/v1/requests/{request.id}",
    )


@blueprint.get("/requests")
@web.operation("request.list")
@blueprint.arguments(RequestQuery, location="query")
@blueprint.response(200, RequestPage)
def list_requests(query: dict[str, Any]) -> Response:
    """List the requests you are to answer, or those you made."""
    found, following = requests.list_requests(
        web.store(),
        web.caller(),
        incoming=query["direction"] == "incoming",
        state=query.get("state"),
        after=after(),
        limit=web.limit(),
    )
    return web.page(found, RequestSchema, position(following))


@blueprint.get("/programs/<program_id>/requests")
@web.operation("request.watch")
@blueprint.arguments(StateQuery, location="query")
@blueprint.response(200, WatchedRequestPage)
def list_program_requests(query: dict[str, Any], program_id: str) -> Response:
    """List who asks whom in a program that you manage, the oldest first."""
    found, following = requests.list_program_requests(
        web.store(), web.caller(), program_id, state=query.get("state"), after=after(), limit=web.limit()
    )
    return web.page(found, WatchedRequestSchema, position(following))


@blueprint.get("/requests/<request_id>")
@web.operation("request.read")
@blueprint.response(200, RequestSchema)
def get_request(request_id: str) -> Response:
    """Read one request."""
    return web.reply(requests.get_request(web.store(), web.caller(), request_id), RequestSchema)


@blueprint.post("/requests/<request_id>/accept")
@web.operation("request.accept")
@blueprint.arguments(Nothing)
@blueprint.response(200, RequestSchema)
def accept_request(body: dict[str, Any], request_id: str) -> Response:
    """Say yes: a mentorship starts."""
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: requests.accept_request(store, web.clock(), caller, request_id, expected), RequestSchema
    )


@blueprint.post("/requests/<request_id>/decline")
@web.operation("request.decline")
@blueprint.arguments(Decline)
@blueprint.response(200, RequestSchema)
def decline_request(body: dict[str, Any], request_id: str) -> Response:
    """Say no; why stays with you."""
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: requests.decline_request(
            store, web.clock(), caller, request_id, body["reason"], expected
        ),
        RequestSchema,
    )


@blueprint.post("/requests/<request_id>/withdraw")
@web.operation("request.withdraw")
@blueprint.arguments(Nothing)
@blueprint.response(200, RequestSchema)
def withdraw_request(body: dict[str, Any], request_id: str) -> Response:
    """Take back what you asked."""
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: requests.withdraw_request(store, web.clock(), caller, request_id, expected),
        RequestSchema,
    )
