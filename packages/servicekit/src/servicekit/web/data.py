"""`/v1/people/{id}/data`, the same in every service: everything that it holds about one person."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import fields

from servicekit.holdings import Gather, described
from servicekit.web.application import blueprint as new_blueprint
from servicekit.web.current import caller, chassis, clock, store
from servicekit.web.exchange import reply
from servicekit.web.guards import operation
from servicekit.web.schema import Moment, Schema

OPERATION = "data.read"


def _said(description: str) -> dict[str, Any]:
    return {"metadata": {"description": description}}


class DataSchema(Schema):
    """One service's part of an archive."""

    service = fields.String(required=True, **_said("Who holds it."))
    person_id = fields.String(required=True, **_said("About whom."))
    made_at = Moment(required=True, **_said("When this was read."))
    about = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, **_said("Per kind of data: what it is and is for.")
    )
    data = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Dict()), required=True, **_said("Per kind: every document.")
    )
    schema = fields.Dict(required=True, **_said("The JSON Schema of `data`."))


def blueprint(gather: Gather) -> Blueprint:
    """The operation, over what the service gathers."""
    data = new_blueprint("data", "/v1", description="Everything that is held about one person.")

    @data.get("/people/<person_id>/data")
    @operation(OPERATION, private=True)
    @data.response(200, DataSchema)
    def read_data(person_id: str) -> Response:
        """Read everything that this service holds about a person, with what it is for and its schema."""
        holdings = gather(store(), caller(), person_id)
        return reply(described(chassis().service, person_id, clock().now(), holdings), DataSchema)

    return data
