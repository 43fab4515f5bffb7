"""The shapes of OAuth (RFC 6749, RFC 8693) and of published keys (RFC 7517)."""

from marshmallow import fields

from profiles.schemas.shapes import said
from servicekit.web.schema import Schema


class TokenSchema(Schema):
    """An access token."""

    access_token = fields.String(**said("A platform token; send it as `Authorization: Bearer ...`."))
    issued_token_type = fields.String(**said("The kind of token, after an exchange."))
    token_type = fields.String(**said("`Bearer`."))
    expires_in = fields.Integer(**said("Seconds."))
    scope = fields.String(**said("A client's scopes."))
    refresh_token = fields.String(**said("A person's; good once."))
    refresh_expires_in = fields.Integer(**said("Seconds."))


class ActiveSchema(Schema):
    """Whether a token still counts."""

    active = fields.Boolean(required=True, **said("Valid, of a sign-in that goes on, of a person who may come in."))
    sub = fields.String(**said("The person's id, where it is active."))


class OAuthErrorSchema(Schema):
    """Why a token was refused (RFC 6749 section 5.2)."""

    error = fields.String(required=True, **said("A code, such as `invalid_grant` or `not-provisioned`."))
    error_description = fields.String(required=True, **said("What to do."))


class KeySetSchema(Schema):
    """A JSON Web Key Set."""

    keys = fields.List(fields.Dict(), **said("Public keys."))
