"""`/v1/programs/{id}/enrolments` and `/v1/enrolments`."""

from collections.abc import Callable
from typing import Any

from flask import Response

from matching.api.pages import after, position
from matching.domain.enrolment import Enrolment
from matching.schemas.enrolments import (
    Apply,
    ChangeEnrolment,
    EnrolmentPage,
    EnrolmentQuery,
    EnrolmentSchema,
    StandingSchema,
)
from matching.use_cases import enrolments
from servicekit import web
from servicekit.web.schema import Nothing

blueprint = web.blueprint("enrolments", "/v1", description="People's places in programs.")


@blueprint.post("/programs/<program_id>/enrolments")
@web.operation("enrolment.apply", creates=True)
@blueprint.arguments(Apply)
@blueprint.response(201, EnrolmentSchema)
def apply(body: dict[str, Any], program_id: str) -> Response:
    """Apply for a place; a manager who names `person_id` gives that person one."""
    return web.command(
        lambda store, caller: enrolments.apply(store, web.clock(), caller, program_id, **body),
        EnrolmentSchema,
        201,
        lambda enrolment: f"/v1/enrolments/{enrolment.id}",
    )


@blueprint.get("/programs/<program_id>/enrolments")
@web.operation("enrolment.list")
@blueprint.arguments(EnrolmentQuery, location="query")
@blueprint.response(200, EnrolmentPage)
def list_enrolments(query: dict[str, Any], program_id: str) -> Response:
    """List a program's places if you manage it, else your own."""
    found, following = enrolments.list_enrolments(
        web.store(),
        web.clock(),
        web.caller(),
        program_id,
        state=query.get("state"),
        role=query.get("role"),
        person_id=query.get("person_id"),
        after=after(),
        limit=web.limit(),
    )
    return web.page(found, StandingSchema, position(following))


@blueprint.get("/enrolments/<enrolment_id>")
@web.operation("enrolment.read")
@blueprint.response(200, EnrolmentSchema)
def get_enrolment(enrolment_id: str) -> Response:
    """Read one place."""
    return web.reply(enrolments.get_enrolment(web.store(), web.caller(), enrolment_id), EnrolmentSchema)


@blueprint.patch("/enrolments/<enrolment_id>")
@web.operation("enrolment.change", if_match=True)
@blueprint.arguments(ChangeEnrolment)
@blueprint.response(200, EnrolmentSchema)
def change_enrolment(body: dict[str, Any], enrolment_id: str) -> Response:
    """Change capacity or wishes; lowering a capacity ends nothing."""
    expected = web.if_match()
    return web.command(
        lambda store, caller: enrolments.change_enrolment(
            store, web.clock(), caller, enrolment_id, expected=expected, **body
        ),
        EnrolmentSchema,
    )


def _verb(use_case: Callable[..., Enrolment], enrolment_id: str) -> Response:
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: use_case(store, web.clock(), caller, enrolment_id, expected), EnrolmentSchema
    )


@blueprint.post("/enrolments/<enrolment_id>/approve")
@web.operation("enrolment.approve")
@blueprint.arguments(Nothing)
@blueprint.response(200, EnrolmentSchema)
def approve(body: dict[str, Any], enrolment_id: str) -> Response:
    """Grant the place."""
    return _verb(enrolments.approve, enrolment_id)


@blueprint.post("/enrolments/<enrolment_id>/reject")
@web.operation("enrolment.reject")
@blueprint.arguments(Nothing)
@blueprint.response(200, EnrolmentSchema)
def reject(body: dict[str, Any], enrolment_id: str) -> Response:
    """Refuse the place."""
    return _verb(enrolments.reject, enrolment_id)


@blueprint.post("/enrolments/<enrolment_id>/waitlist")
@web.operation("enrolment.waitlist")
@blueprint.arguments(Nothing)
@blueprint.response(200, EnrolmentSchema)
def waitlist(body: dict[str, Any], enrolment_id: str) -> Response:
    """Let the person wait for a place."""
    return _verb(enrolments.waitlist, enrolment_id)


@blueprint.post("/enrolments/<enrolment_id>/pause")
@web.operation("enrolment.pause")
@blueprint.arguments(Nothing)
@blueprint.response(200, EnrolmentSchema)
def pause(body: dict[str, Any], enrolment_id: str) -> Response:
    """Take nothing new for now."""
    return _verb(enrolments.pause, enrolment_id)


@blueprint.post("/enrolments/<enrolment_id>/resume")
@web.operation("enrolment.resume")
@blueprint.arguments(Nothing)
@blueprint.response(200, EnrolmentSchema)
def resume(body: dict[str, Any], enrolment_id: str) -> Response:
    """End the pause."""
    return _verb(enrolments.resume, enrolment_id)


@blueprint.post("/enrolments/<enrolment_id>/withdraw")
@web.operation("enrolment.withdraw")
@blueprint.arguments(Nothing)
@blueprint.response(200, EnrolmentSchema)
def withdraw(body: dict[str, Any], enrolment_id: str) -> Response:
    """Give the place up: open requests are superseded, and mentorships in it end."""
    return _verb(enrolments.withdraw, enrolment_id)
