"""Clients of integrators."""

from marshmallow import fields, validate

from profiles.domain.client import SCOPES
from profiles.schemas.shapes import Page, Texts, said
from servicekit.web.schema import Code, Moment, Schema, Text


class CreateClient(Schema):
    """A new client."""

    name = Text(200, least=1, required=True, **said("What it is for."))
    scopes = fields.List(Code(*SCOPES), required=True, validate=validate.Length(min=1), **said("What it may do."))
    programs = Texts(200, 64, load_default=(), **said("The programs it is limited to; empty is every program."))


class ChangeClient(Schema):
    """What to change of a client; what is left out stays."""

    name = Text(200, least=1, **said("What it is for."))
    scopes = fields.List(Code(*SCOPES), validate=validate.Length(min=1), **said("What it may do, all of it."))
    programs = Texts(200, 64, **said("The programs it is limited to, all of them; empty is every program."))


class ClientSchema(Schema):
    """A client, without its secret."""

    client_id = fields.String(attribute="id", **said("`cli_...`"))
    name = fields.String(**said("What it is for."))
    scopes = fields.List(fields.String(), **said("What it may do."))
    programs = fields.List(fields.String(), **said("The programs it is limited to; empty is every program."))
    created_at = Moment(**said("When it was made."))
    rotated_at = Moment(allow_none=True, **said("When its newest secret was made, if it ever got another."))
    two_secrets = fields.Function(
        lambda client: client.older_secret_hash is not None,
        metadata={"type": "boolean", "description": "Whether the secret before the newest one is still good."},
    )
    revoked_at = Moment(allow_none=True, **said("Since when it is refused, if it is."))


class NewClientSchema(ClientSchema):
    """A client with its secret, shown this once."""

    client_secret = fields.String(**said("Keep it now: it is shown once, and not to a repeat of the request."))


class ClientPage(Page):
    """Clients, the oldest first."""

    items = fields.List(fields.Nested(ClientSchema), **said("The clients."))
