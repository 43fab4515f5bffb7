"""`/v1/erasures`."""

from typing import Any

from flask import Response

from profiles.domain.erasure import Erasure
from profiles.schemas.erasures import ErasurePage, ErasureQuery, ErasureSchema, RequestErasure
from profiles.use_cases import erasures
from servicekit import web
from servicekit.web.schema import Nothing

blueprint = web.blueprint("erasures", "/v1", description="The right to be forgotten.")


@blueprint.post("/erasures")
@web.operation("erasure.request", creates=True)
@blueprint.arguments(RequestErasure)
@blueprint.response(201, ErasureSchema)
def request_erasure(body: dict[str, Any]) -> Response:
    """Ask for yourself, or for somebody you administer, to be forgotten."""
    pace = web.service("pace")

    def ask(store: Any, caller: Any) -> Erasure:
        return erasures.request_erasure(store, web.clock(), caller, body["person_id"] or caller.id, pace)

    return web.command(ask, ErasureSchema, 201, lambda erasure: f"/v1/erasures/{erasure.id}")


@blueprint.get("/erasures")
@web.operation("erasure.list")
@blueprint.arguments(ErasureQuery, location="query")
@blueprint.response(200, ErasurePage)
def list_erasures(query: dict[str, Any]) -> Response:
    """List erasures, the oldest first."""
    held = web.cursor()
    after = str(held.get("id", "")) if held else None
    state, person_id = query["state"], query["person_id"]
    found = erasures.list_erasures(web.store(), web.caller(), state, person_id, after, web.limit())
    return web.page(found.items, ErasureSchema, {"id": found.following} if found.following else None)


@blueprint.get("/erasures/<erasure_id>")
@web.operation("erasure.read")
@blueprint.response(200, ErasureSchema)
def read_erasure(erasure_id: str) -> Response:
    """Read an erasure with its receipts; once it is completed, this is its certificate."""
    return web.reply(erasures.read_erasure(web.store(), web.caller(), erasure_id), ErasureSchema)


@blueprint.post("/erasures/<erasure_id>/cancel")
@web.operation("erasure.cancel")
@blueprint.arguments(Nothing)
@blueprint.response(200, ErasureSchema)
def cancel_erasure(body: dict[str, Any], erasure_id: str) -> Response:
    """Undo an erasure before its deadline."""
    expected = web.if_match(required=False)

    def cancel(store: Any, caller: Any) -> Erasure:
        return erasures.cancel_erasure(store, web.clock(), caller, erasure_id, expected)

    return web.command(cancel, ErasureSchema)
