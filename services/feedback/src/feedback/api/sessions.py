"""`/v1/mentorships/{id}/sessions` and `/v1/sessions/{id}` with its verbs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response

from feedback.domain.session import Session
from feedback.ports import Store
from feedback.schemas import DescribeSession, PageQuery, RescheduleSession, ScheduleSession, SessionPage, SessionSchema
from feedback.use_cases import sessions
from servicekit import web
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import InvalidInput
from servicekit.web.schema import Nothing

blueprint = web.blueprint("sessions", "/v1", description="The meetings of a mentorship.")
Verb = Callable[[Store, Clock, Caller, str, int | None], Session]


@blueprint.post("/mentorships/<mentorship_id>/sessions")
@web.operation("session.schedule", creates=True)
@blueprint.arguments(ScheduleSession)
@blueprint.response(201, SessionSchema)
def schedule_session(body: dict[str, Any], mentorship_id: str) -> Response:
    """Schedule a session; both get an invitation."""
    return web.command(
        lambda store, caller: sessions.schedule_session(store, web.clock(), caller, mentorship_id, **body),
        SessionSchema,
        status=201,
        location=lambda session: f"/v1/sessions/{session.id}",
    )


@blueprint.get("/mentorships/<mentorship_id>/sessions")
@web.operation("session.list")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, SessionPage)
def read_sessions(query: dict[str, Any], mentorship_id: str) -> Response:
    """List the sessions of a mentorship, the latest first."""
    before = _position(web.cursor())
    found, more = sessions.read_sessions(web.store(), web.caller(), mentorship_id, before, web.limit())
    following = {"starts_at": found[-1].starts_at.isoformat(), "id": found[-1].id} if more else None
    return web.page(found, SessionSchema, following)


@blueprint.get("/sessions/<session_id>")
@web.operation("session.read")
@blueprint.response(200, SessionSchema)
def read_session(session_id: str) -> Response:
    """Read a session."""
    return web.reply(sessions.read_session(web.store(), web.caller(), session_id), SessionSchema)


@blueprint.patch("/sessions/<session_id>")
@web.operation("session.describe", if_match=True)
@blueprint.arguments(DescribeSession)
@blueprint.response(200, SessionSchema)
def describe_session(body: dict[str, Any], session_id: str) -> Response:
    """Change agenda, place or notes."""
    expected = web.if_match()
    return web.command(
        lambda store, caller: sessions.describe_session(store, caller, session_id, **body, expected=expected),
        SessionSchema,
    )


@blueprint.post("/sessions/<session_id>/reschedule")
@web.operation("session.reschedule")
@blueprint.arguments(RescheduleSession)
@blueprint.response(200, SessionSchema)
def reschedule_session(body: dict[str, Any], session_id: str) -> Response:
    """Move a session to another date; calendars are told."""
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: sessions.reschedule_session(
            store, web.clock(), caller, session_id, **body, expected=expected
        ),
        SessionSchema,
    )


@blueprint.post("/sessions/<session_id>/hold")
@web.operation("session.hold")
@blueprint.arguments(Nothing)
@blueprint.response(200, SessionSchema)
def hold_session(body: dict[str, Any], session_id: str) -> Response:
    """Say that a session took place; both sides are asked for a review."""
    return _carry_out(sessions.hold_session, session_id)


@blueprint.post("/sessions/<session_id>/miss")
@web.operation("session.miss")
@blueprint.arguments(Nothing)
@blueprint.response(200, SessionSchema)
def miss_session(body: dict[str, Any], session_id: str) -> Response:
    """Say that a session did not take place."""
    return _carry_out(sessions.miss_session, session_id)


@blueprint.post("/sessions/<session_id>/cancel")
@web.operation("session.cancel")
@blueprint.arguments(Nothing)
@blueprint.response(200, SessionSchema)
def cancel_session(body: dict[str, Any], session_id: str) -> Response:
    """Call a session off; calendars are told."""
    return _carry_out(sessions.cancel_session, session_id)


def _position(cursor: dict[str, Any] | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    if "starts_at" not in cursor:
        raise InvalidInput("The cursor belongs to another list. Use `next` of this list's page before.")
    return datetime.fromisoformat(cursor["starts_at"]), str(cursor["id"])


def _carry_out(verb: Verb, session_id: str) -> Response:
    expected = web.if_match(required=False)
    return web.command(lambda store, caller: verb(store, web.clock(), caller, session_id, expected), SessionSchema)
