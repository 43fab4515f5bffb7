"""`/v1/people/{id}/sessions`."""

from typing import Any

from flask import Response

from profiles.schemas.sessions import EndedSchema, SessionPage, SessionSchema
from profiles.use_cases import sessions
from servicekit import web
from servicekit.web.schema import Nothing

blueprint = web.blueprint("sessions", "/v1", description="Where people are signed in.")


@blueprint.get("/people/<person_id>/sessions")
@web.operation("sessions.read", private=True)
@blueprint.response(200, SessionPage)
def list_sessions(person_id: str) -> Response:
    """List somebody's sign-ins that go on; which browsers those are, the portal alone knows."""
    return web.page(sessions.list_sessions(web.store(), web.clock(), web.caller(), person_id), SessionSchema)


@blueprint.post("/people/<person_id>/sessions/end")
@web.operation("sessions.end")
@blueprint.arguments(Nothing)
@blueprint.response(200, EndedSchema)
def end_sessions(body: dict[str, Any], person_id: str) -> Response:
    """Sign somebody out everywhere: no token is renewed, and browsers are signed out within seconds."""

    def end(store: Any, caller: Any) -> sessions.Ended:
        return sessions.end_sessions(store, web.clock(), caller, person_id)

    return web.command(end, EndedSchema)
