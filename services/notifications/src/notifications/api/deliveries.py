"""`/v1/deliveries`."""

from typing import Any

from flask import Response

from notifications.api import places
from notifications.schemas import DeliveryPage, DeliverySchema, PageQuery
from notifications.use_cases import deliveries
from servicekit import web

blueprint = web.blueprint("deliveries", "/v1", description="What was sent to the caller, and what became of it.")


@blueprint.get("/deliveries")
@web.operation("delivery.list")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, DeliveryPage)
def read_deliveries(query: dict[str, Any]) -> Response:
    """List the caller's deliveries, the newest first."""
    found, place = deliveries.read_deliveries(web.store(), web.caller(), places.given(), web.limit())
    return web.page(found, DeliverySchema, places.following(place))
