"""`/v1/people/{id}/seats`: how many somebody mentors now, and whether they can take somebody new."""

from flask import Response

from matching.schemas.seats import SeatsSchema
from matching.use_cases import seats
from servicekit import web

blueprint = web.blueprint("seats", "/v1", description="What people can take, and have taken.")


@blueprint.get("/people/<person_id>/seats")
@web.operation("seats.read")
@blueprint.response(200, SeatsSchema)
def read_seats(person_id: str) -> Response:
    """Read one's own seats; a capacity lowered below what is taken ends nothing, and keeps everybody new out."""
    return web.reply(seats.read_seats(web.store(), web.clock(), web.caller(), person_id), SeatsSchema)
