"""`/v1/people/{id}/data`, the same in every service: everything that it holds about one person."""

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


class DataSchema(Schema):
    """One service's part of an archive."""

    service = fields.String(required=True, metadata={"description": "Whose part this is."})
    person_id = fields.String(required=True, metadata={"description": "About whom."})
    made_at = Moment(required=True, metadata={"description": "When it was gathered."})
    about = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "What each kind of document is kept for."},
    )
    data = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Dict()),
        required=True,
        metadata={"description": "The documents, by their kind."},
    )
    schema = fields.Dict(required=True, metadata={"description": "The JSON Schema of `data`."})


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
