"""`/scim/v2`: provisioning by the organisation's identity provider (RFC 7644), with SCIM's own error bodies.

One view hands every request to the library, which knows the protocol; see docs/decisions/0014-scim-by-a-library.md.
"""

import json
from http import HTTPStatus

import structlog
from flask import Blueprint, Response, request
from scim2_models import Error, SCIMException
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import SCIM_MEDIA_TYPE, ScimResponse
from scim2_server.service import ScimService
from werkzeug.exceptions import HTTPException

from profiles.api.scim.dialects import put_right
from profiles.api.scim.refusals import error_of
from profiles.api.scim.resources import PROVIDER
from profiles.api.scim.storage import UseCaseStorage
from profiles.permissions import TABLE
from servicekit import origin, web
from servicekit.refusals import Refusal, Unauthenticated

PREFIX = "/scim/v2"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

blueprint = Blueprint("scim", __name__, url_prefix=PREFIX)
service = ScimService(PROVIDER)
log = structlog.get_logger()


@blueprint.route("/", defaults={"path": ""}, methods=METHODS, strict_slashes=False)
@blueprint.route("/<path:path>", methods=METHODS)
@web.operation("provisioning.use", form=True)
def provision(path: str) -> Response:
    """Do what the identity provider asks."""
    TABLE.require(web.caller(), "provisioning.use")
    asked = ScimRequest(
        method=request.method,
        base_url=request.host_url.rstrip("/") + PREFIX,
        path=f"/{path}",
        query=request.args.to_dict(),
        headers=list(request.headers),
        body=put_right(request.get_data()),
        subject=web.caller(),
    )
    storage = UseCaseStorage(
        web.store(),
        web.clock(),
        web.caller(),
        web.service("roles_by_group"),
        web.service("default_time_zone"),
    )
    try:
        with PROVIDER.policy:
            return _answer(ScimHandler(service, storage).handle(asked))
    except SCIMException as refused:
        return _answer(service.error_response(refused))


@blueprint.errorhandler(Refusal)
def refused(refusal: Refusal) -> Response:
    """A refusal before the library was reached: no token, a wrong one, the wrong scope; or a store that is away."""
    response = _error(error_of(refusal))
    if isinstance(refusal, Unauthenticated):
        response.headers["WWW-Authenticate"] = 'Bearer realm="mentormesh"'
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


@blueprint.errorhandler(HTTPException)
def unreadable(error: HTTPException) -> Response:
    """What the web server itself refuses, such as a body that is too large."""
    return _error(Error(status=error.code or 500, detail=error.description))


@blueprint.errorhandler(Exception)
def broken(failure: Exception) -> Response:
    """A defect: the log has it, the provider an id to tell."""
    log.error("request-failed", route=str(request.url_rule), method=request.method, exc_info=failure)
    return _error(Error(status=500, detail=f"Something broke here. The id is {origin.current().correlation_id}."))


def _error(error: Error) -> Response:
    return _answer(ScimResponse(HTTPStatus(error.status or 500), error.model_dump()))


def _answer(reply: ScimResponse) -> Response:
    body = "" if reply.body is None else json.dumps(reply.body, ensure_ascii=False)
    response = Response(body, status=reply.status, mimetype=SCIM_MEDIA_TYPE)
    for name, value in reply.headers.items():
        if name != "Content-Type":
            response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response
