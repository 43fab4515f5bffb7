"""`/v1/profile-fields`: the organisation's own questions."""

from typing import Any

from flask import Response

from profiles.domain.profile_field import ProfileField
from profiles.schemas.profile_fields import ChangeField, DeclareField, FieldPage, FieldSchema, declared
from profiles.use_cases import profile_fields
from servicekit import web

blueprint = web.blueprint("profile-fields", "/v1", description="What the organisation itself asks in every profile.")


@blueprint.get("/profile-fields")
@web.operation("field.read")
@blueprint.response(200, FieldPage)
def list_fields() -> Response:
    """List the questions, at most fifty, in their order."""
    return web.page(profile_fields.list_fields(web.store(), web.caller()), FieldSchema)


@blueprint.post("/profile-fields")
@web.operation("field.declare", creates=True)
@blueprint.arguments(DeclareField)
@blueprint.response(201, FieldSchema)
def declare_field(body: dict[str, Any]) -> Response:
    """Ask everybody something new."""
    field = declared(body.pop("key"), body)

    def declare(store: Any, caller: Any) -> ProfileField:
        return profile_fields.declare_field(store, web.clock(), caller, field)

    return web.command(declare, FieldSchema, 201, lambda field: f"/v1/profile-fields/{field.id}")


@blueprint.get("/profile-fields/<key>")
@web.operation("field.read")
@blueprint.response(200, FieldSchema)
def read_field(key: str) -> Response:
    """Read one question."""
    return web.reply(profile_fields.read_field(web.store(), web.caller(), key), FieldSchema)


@blueprint.put("/profile-fields/<key>")
@web.operation("field.declare", if_match=True)
@blueprint.arguments(ChangeField)
@blueprint.response(200, FieldSchema)
def change_field(body: dict[str, Any], key: str) -> Response:
    """Declare a question anew, or retire it; its kind and the keys of its options stay."""
    expected, field = web.if_match(), declared(key, body)

    def change(store: Any, caller: Any) -> ProfileField:
        return profile_fields.change_field(store, web.clock(), caller, expected, field)

    return web.command(change, FieldSchema)
