"""`/v1/programs/{id}/health`."""

from typing import Any

from flask import Response

from feedback.schemas import HealthPage, HealthSchema, PageQuery
from feedback.use_cases import health
from servicekit import web

blueprint = web.blueprint("health", "/v1", description="How the mentorships of a program go.")


@blueprint.get("/programs/<program_id>/health")
@web.operation("health.read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, HealthPage)
def read_program_health(query: dict[str, Any], program_id: str) -> Response:
    """List the health of a program's live mentorships, for its managers and auditors."""
    position = web.cursor()
    after = str(position["id"]) if position else None
    found, more = health.read_program_health(web.store(), web.caller(), program_id, after, web.limit())
    return web.page(found, HealthSchema, {"id": found[-1].id} if more else None)
