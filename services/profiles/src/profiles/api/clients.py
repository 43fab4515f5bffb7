"""`/v1/clients`."""

from typing import Any

from flask import Response, current_app

from profiles.domain.client import Client
from profiles.schemas.clients import ChangeClient, ClientPage, ClientSchema, CreateClient, NewClientSchema
from profiles.schemas.shapes import PageQuery
from profiles.use_cases import clients
from servicekit import web
from servicekit.web.schema import Nothing

blueprint = web.blueprint("clients", "/v1", description="Integrators' programs and what they may do.")


@blueprint.post("/clients")
@web.operation("client.create", creates=True)
@blueprint.arguments(CreateClient)
@blueprint.response(201, NewClientSchema)
def create_client(body: dict[str, Any]) -> Response:
    """Give an integrator's program credentials; the secret is shown this once."""
    secret = clients.new_secret()

    def create(store: Any, caller: Any) -> Client:
        scopes, programs = tuple(body["scopes"]), body["programs"]
        return clients.create_client(store, web.clock(), caller, secret, body["name"], scopes, programs)

    return _with_secret(web.command(create, ClientSchema, 201, lambda client: f"/v1/clients/{client.id}"), secret)


@blueprint.get("/clients")
@web.operation("client.list")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, ClientPage)
def list_clients(query: dict[str, Any]) -> Response:
    """List the clients, the oldest first."""
    held = web.cursor()
    after = str(held.get("id", "")) if held else None
    found = clients.list_clients(web.store(), web.caller(), after, web.limit())
    return web.page(found.items, ClientSchema, {"id": found.following} if found.following else None)


@blueprint.get("/clients/<client_id>")
@web.operation("client.read")
@blueprint.response(200, ClientSchema)
def read_client(client_id: str) -> Response:
    """Read one client."""
    return web.reply(clients.read_client(web.store(), web.caller(), client_id), ClientSchema)


@blueprint.patch("/clients/<client_id>")
@web.operation("client.change", if_match=True)
@blueprint.arguments(ChangeClient)
@blueprint.response(200, ClientSchema)
def change_client(body: dict[str, Any], client_id: str) -> Response:
    """Change what a client is called and may do; a token that says more is refused from then on, within seconds."""
    expected = web.if_match()

    def change(store: Any, caller: Any) -> Client:
        return clients.change_client(store, web.clock(), caller, client_id, expected, body)

    return web.command(change, ClientSchema)


@blueprint.post("/clients/<client_id>/secrets")
@web.operation("client.rotate", creates=True)
@blueprint.arguments(Nothing)
@blueprint.response(201, NewClientSchema)
def rotate_secret(body: dict[str, Any], client_id: str) -> Response:
    """Get another secret, shown this once; the present one stays good until it is retired, or until the next one."""
    secret, expected = clients.new_secret(), web.if_match(required=False)

    def rotate(store: Any, caller: Any) -> Client:
        return clients.rotate_secret(store, web.clock(), caller, secret, client_id, expected)

    return _with_secret(web.command(rotate, ClientSchema, 201), secret)


@blueprint.post("/clients/<client_id>/secrets/retire")
@web.operation("client.retire")
@blueprint.arguments(Nothing)
@blueprint.response(200, ClientSchema)
def retire_secret(body: dict[str, Any], client_id: str) -> Response:
    """Refuse the older secret from now on."""
    expected = web.if_match(required=False)

    def retire(store: Any, caller: Any) -> Client:
        return clients.retire_secret(store, web.clock(), caller, client_id, expected)

    return web.command(retire, ClientSchema)


@blueprint.post("/clients/<client_id>/revoke")
@web.operation("client.revoke")
@blueprint.arguments(Nothing)
@blueprint.response(200, ClientSchema)
def revoke_client(body: dict[str, Any], client_id: str) -> Response:
    """Refuse a client for good."""
    expected = web.if_match(required=False)

    def revoke(store: Any, caller: Any) -> Client:
        return clients.revoke_client(store, web.clock(), caller, client_id, expected)

    return web.command(revoke, ClientSchema)


def _with_secret(response: Response, secret: str) -> Response:
    if "Idempotency-Replayed" not in response.headers:
        # Added behind the stored reply, so that the secret is kept nowhere; a repeat gets the client without it.
        response.set_data(current_app.json.dumps({**response.get_json(), "client_secret": secret}))
    return response
