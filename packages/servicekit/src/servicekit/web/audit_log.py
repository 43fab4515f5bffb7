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


class AuditQuery(Schema):
    """What to look for."""

    actor = Text(most=80, load_default="", metadata={"description": "The id of who did it."})
    subject = Text(most=80, load_default="", metadata={"description": "The id of what it was done to."})
    action = Text(most=80, load_default="", metadata={"description": "For example `roles.grant`."})
    code = Text(most=80, load_default="", metadata={"description": "For example `refused`."})
    since = Moment(load_default=None, metadata={"description": "From this moment on."})
    until = Moment(load_default=None, metadata={"description": "Before this moment."})
    cursor = Text(most=1000, load_default=None, metadata={"description": "The `next` of the page before."})
    limit = fields.Integer(
        load_default=None,
        validate=validate.Range(1, MOST),
        metadata={"description": "How many on a page; 50 when left out."},
    )


class AuditRowSchema(Schema):
    """One audited act. `number` and `digest` are null for the moment until it is sealed."""

    id = fields.String(required=True, metadata={"description": "`aud_...`"})
    at = Moment(required=True, metadata={"description": "When it was done."})
    actor = fields.String(required=True, metadata={"description": "The id of who did it."})
    actor_kind = fields.String(required=True, metadata={"description": "`person`, `client`, `system`, ..."})
    action = fields.String(required=True, metadata={"description": "The operation, for example `roles.grant`."})
    subject = fields.String(required=True, metadata={"description": "The id of what it was done to."})
    codes = fields.List(fields.String(), required=True, metadata={"description": "More about it, as ids and codes."})
    number = fields.Integer(required=True, allow_none=True, metadata={"description": "Its place in the chain."})
    digest = fields.String(required=True, allow_none=True, metadata={"description": "The chain's hash up to it."})


class AuditPageSchema(Schema):
    """One page, the newest first."""

    items = fields.List(fields.Nested(AuditRowSchema), required=True, metadata={"description": "The acts."})
    next = fields.String(required=True, allow_none=True, metadata={"description": "Cursor of the next page, or null."})


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
