"""`/v1/audit`, the same in every service: what happened, for auditors."""

from datetime import datetime
from typing import Any

from flask import Response
from marshmallow import fields, validate

from servicekit.audit import AuditRow
from servicekit.sealing import Sought, read_audit
from servicekit.web.application import blueprint as new_blueprint
from servicekit.web.current import caller, chassis, store
from servicekit.web.exchange import cursor, limit, page
from servicekit.web.guards import operation
from servicekit.web.schema import Moment, Schema, Text

OPERATION = "audit.read"
MOST = 500

blueprint = new_blueprint("audit", "/v1", description="Who did what to whom, sealed against change.")


def _said(description: str) -> dict[str, Any]:
    return {"metadata": {"description": description}}


class AuditQuery(Schema):
    """What to look for."""

    actor = Text(most=80, load_default="", **_said("The id of who did it."))
    subject = Text(most=80, load_default="", **_said("The id of what it was done to."))
    action = Text(most=80, load_default="", **_said("For example `roles.grant`."))
    code = Text(most=80, load_default="", **_said("For example `refused`."))
    since = Moment(load_default=None, **_said("From this moment on."))
    until = Moment(load_default=None, **_said("Before this moment."))
    cursor = Text(most=1000, load_default=None, **_said("`next` of the page before."))
    limit = fields.Integer(load_default=None, validate=validate.Range(1, MOST), **_said("How many rows; else 50."))


class AuditRowSchema(Schema):
    """One audited act."""

    id = fields.String(required=True, **_said("`aud_...`"))
    at = Moment(required=True, **_said("When."))
    actor = fields.String(required=True, **_said("The id of who did it."))
    actor_kind = fields.String(required=True, **_said("`person`, `client`, or `system` for the platform itself."))
    action = fields.String(required=True, **_said("The operation, as in the table of permissions."))
    subject = fields.String(required=True, **_said("The id of what it was done to, empty where there is none."))
    codes = fields.List(fields.String(), required=True, **_said("More: roles, scopes, `refused` and why."))
    number = fields.Integer(required=True, allow_none=True, **_said("Its place in the chain; null until sealed."))
    digest = fields.String(required=True, allow_none=True, **_said("Its seal; null until sealed."))


class AuditPageSchema(Schema):
    """One page, the newest first."""

    items = fields.List(fields.Nested(AuditRowSchema), required=True, **_said("The rows."))
    next = fields.String(required=True, allow_none=True, **_said("The cursor of the next page, null on the last."))


@blueprint.get("/audit")
@operation(OPERATION, private=True)
@blueprint.arguments(AuditQuery, location="query")
@blueprint.response(200, AuditPageSchema)
def search_audit(query: dict[str, Any]) -> Response:
    """Search what this service audited; looking is audited too."""
    chassis().permissions.require(caller(), OPERATION)
    wanted = {name: query[name] for name in ("actor", "subject", "action", "code", "since", "until")}
    found = read_audit(store(), Sought(**wanted), _position(), limit(50, MOST))
    following = {"at": found.following[0].isoformat(), "id": found.following[1]} if found.following else None
    return page(found.rows, AuditRowSchema, following)


def row_as_json(row: AuditRow) -> dict[str, Any]:
    """A row as the API shows it and exports write it."""
    shown: dict[str, Any] = AuditRowSchema().dump(row)
    return shown


def _position() -> tuple[datetime, str] | None:
    held = cursor()
    return (datetime.fromisoformat(str(held["at"])), str(held["id"])) if held else None
