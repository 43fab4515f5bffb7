"""`/v1/oauth` and the published keys, as OAuth has them: form in, its own error bodies out."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from urllib.parse import unquote_plus

from flask import Response, current_app, request

from profiles.domain.errors import InvalidClient, InvalidTokenRequest, OAuthRefusal, UnsupportedGrantType
from profiles.schemas.tokens import ActiveSchema, KeySetSchema, OAuthErrorSchema, TokenSchema
from profiles.use_cases import sessions, tokens
from profiles.use_cases.tokens import Issued
from servicekit import web
from servicekit.refusals import Unauthenticated

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a name from RFC 8693
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name from RFC 8693

tokens_blueprint = web.blueprint("oauth", "/v1/oauth", description="Platform tokens.")
keys_blueprint = web.blueprint("keys", "/.well-known", description="The keys that platform tokens are signed by.")
BLUEPRINTS = (tokens_blueprint, keys_blueprint)

_PARAMETERS = {
    "grant_type": f"`client_credentials`, `refresh_token` or `{EXCHANGE}`.",
    "subject_token": "The ID token to exchange.",
    "subject_token_type": f"`{ID_TOKEN}`.",
    "requested_token_type": f"`{ACCESS_TOKEN}`, if anything.",
    "refresh_token": "The newest one; it is good once.",
    "scope": "The scopes a client wants, with spaces; all of its own if left out.",
    "client_id": "Or by HTTP Basic authentication.",
    "client_secret": "Or by HTTP Basic authentication.",
}
_PORTALS_OWN = {
    "client_id": "The portal's; or by HTTP Basic authentication.",
    "client_secret": "The portal's; or by HTTP Basic authentication.",
}


def _form(parameters: Mapping[str, str], required: str) -> dict[str, object]:
    """How OpenAPI describes a form."""
    shape = {
        "type": "object",
        "required": [required],
        "properties": {name: {"type": "string", "description": text} for name, text in parameters.items()},
    }
    return {"content": {"application/x-www-form-urlencoded": {"schema": shape}}}


@tokens_blueprint.post("/token")
@web.operation("token.issue", form=True)
@tokens_blueprint.doc(requestBody=_form(_PARAMETERS, "grant_type"))
@tokens_blueprint.response(200, TokenSchema)
@tokens_blueprint.alt_response(400, schema=OAuthErrorSchema)
@tokens_blueprint.alt_response(401, schema=OAuthErrorSchema)
@tokens_blueprint.alt_response(403, schema=OAuthErrorSchema)
def issue_token() -> Response:
    """Get a platform token: by ID token or refresh token for the portal, by its credentials for a client."""
    return _answering(_issue)


@tokens_blueprint.post("/revoke")
@web.operation("token.revoke", form=True)
@tokens_blueprint.doc(requestBody=_form({"token": "Any refresh token of the sign-in.", **_PORTALS_OWN}, "token"))
@tokens_blueprint.response(200)
@tokens_blueprint.alt_response(400, schema=OAuthErrorSchema)
@tokens_blueprint.alt_response(401, schema=OAuthErrorSchema)
def revoke_token() -> Response:
    """End the sign-in that a refresh token descends from (RFC 7009); the portal's alone. An unknown one is fine."""
    return _answering(_revoke)


@tokens_blueprint.post("/introspect")
@web.operation("token.introspect", form=True)
@tokens_blueprint.doc(requestBody=_form({"token": "A person's access token.", **_PORTALS_OWN}, "token"))
@tokens_blueprint.response(200, ActiveSchema)
@tokens_blueprint.alt_response(400, schema=OAuthErrorSchema)
@tokens_blueprint.alt_response(401, schema=OAuthErrorSchema)
def introspect_token() -> Response:
    """Whether an access token is valid and its sign-in still goes on (RFC 7662); the portal's alone."""
    return _answering(_introspect)


@keys_blueprint.get("/jwks.json")
@web.operation("keys.read")
@keys_blueprint.response(200, KeySetSchema)
def read_keys() -> Response:
    """Read the public keys that platform tokens are signed by."""
    response = _answer(200, web.service("keys").public())
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def _answering(do: Callable[[Mapping[str, str]], Mapping[str, object]]) -> Response:
    """What `do` makes of the form, or OAuth's own error (RFC 6749 section 5.2)."""
    try:
        return _answer(200, do(_single_values()))
    except OAuthRefusal as refusal:
        response = _answer(refusal.status, {"error": refusal.error, "error_description": refusal.detail})
        if isinstance(refusal, InvalidClient):
            response.headers["WWW-Authenticate"] = 'Basic realm="mentormesh"'
        return response


def _issue(form: Mapping[str, str]) -> Mapping[str, object]:
    grant = _GRANTS.get(_required(form, "grant_type"))
    if grant is None:
        raise UnsupportedGrantType(f"Write as grant_type one of: {', '.join(_GRANTS)}.")
    return grant(form)


def _revoke(form: Mapping[str, str]) -> Mapping[str, object]:
    _require_portal(form)
    sessions.end_session_of(web.store(), _required(form, "token"))
    return {}


def _introspect(form: Mapping[str, str]) -> Mapping[str, object]:
    _require_portal(form)
    try:
        named = web.service("verifier").caller(_required(form, "token"))
    except Unauthenticated:
        return {"active": False}
    live = named.kind == "person" and sessions.is_session_live(web.store(), web.clock(), named)
    return {"active": True, "sub": named.id} if live else {"active": False}


def _exchange(form: Mapping[str, str]) -> dict[str, object]:
    _require_portal(form)
    if _required(form, "subject_token_type") != ID_TOKEN:
        raise InvalidTokenRequest(f"The subject_token_type must be {ID_TOKEN}.")
    if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise InvalidTokenRequest(f"The requested_token_type must be {ACCESS_TOKEN}.")
    id_token = _required(form, "subject_token")
    keys, provider = web.service("keys"), web.service("provider")
    issued = tokens.exchange_id_token(web.store(), web.clock(), provider, keys, id_token)
    return {**_body(issued), "issued_token_type": ACCESS_TOKEN}


def _refresh(form: Mapping[str, str]) -> dict[str, object]:
    _require_portal(form)
    return _body(tokens.refresh_token(web.store(), web.clock(), web.service("keys"), _required(form, "refresh_token")))


def _client_credentials(form: Mapping[str, str]) -> dict[str, object]:
    id, secret = _credentials(form)
    keys = web.service("keys")
    return _body(tokens.issue_to_client(web.store(), web.clock(), keys, id, secret, form.get("scope")))


_GRANTS: Mapping[str, Callable[[Mapping[str, str]], dict[str, object]]] = {
    "client_credentials": _client_credentials,
    "refresh_token": _refresh,
    EXCHANGE: _exchange,
}


def _require_portal(form: Mapping[str, str]) -> None:
    tokens.require_portal(web.service("portal"), *_credentials(form))


def _credentials(form: Mapping[str, str]) -> tuple[str, str]:
    """The client's id and secret, by HTTP Basic or in the form (RFC 6749 section 2.3.1)."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        if not form.get("client_id") or not form.get("client_secret"):
            raise InvalidClient("Send client_id and client_secret by HTTP Basic authentication or in the form.")
        return form["client_id"], form["client_secret"]
    if "client_secret" in form:
        raise InvalidTokenRequest("Send the credentials by HTTP Basic authentication or in the form, not both.")
    try:
        id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (NotBase64, UnicodeDecodeError, ValueError) as failure:
        raise InvalidClient("The HTTP Basic credentials cannot be read.") from failure
    if not colon:
        raise InvalidClient("The HTTP Basic credentials cannot be read.")
    return unquote_plus(id), unquote_plus(secret)


def _single_values() -> dict[str, str]:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise InvalidTokenRequest("Send the parameters as application/x-www-form-urlencoded.")
    repeated = sorted(name for name, values in request.form.lists() if len(values) > 1)
    if repeated:
        raise InvalidTokenRequest(f"Send each parameter once; these came twice: {', '.join(repeated)}.")
    return {name: value for name, value in request.form.items() if value}


def _required(form: Mapping[str, str], name: str) -> str:
    if name not in form:
        raise InvalidTokenRequest(f"The parameter {name} is missing.")
    return form[name]


def _body(issued: Issued) -> dict[str, object]:
    fields = {**vars(issued), "token_type": "Bearer"}
    return {name: value for name, value in fields.items() if value is not None}


def _answer(status: int, body: Mapping[str, object]) -> Response:
    response = Response(current_app.json.dumps(body), status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
