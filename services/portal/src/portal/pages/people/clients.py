"""Clients: integrators' programs, what they may do, and their secrets, each shown once."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.clients import ServiceProblem
from portal.pages import calls, matching
from portal.pages.forms import Form, refused, typed
from portal.pages.language import _
from portal.pages.people import asking
from portal.pages.people.blueprint import blueprint
from portal.pages.people_words import SCOPES


@blueprint.get("/clients")
def clients() -> str:
    """Every client."""
    found = calls.every("profiles", "/v1/clients")
    return render_template(
        "people/clients.html",
        clients=[one for one in found if not one["revoked_at"]],
        revoked=[one for one in found if one["revoked_at"]],
    )


@blueprint.get("/clients/new")
def new_client() -> str:
    """A form for another."""
    return _form(Form(values={"name": "", "scopes": [], "programs": []}))


@blueprint.post("/clients/new")
def make_client() -> str | Response | tuple[str, int]:
    """Make it, and show its secret this once."""
    values = _typed()
    if not values["scopes"]:
        return _form(Form(values=values, errors={"scopes": _("Tick at least one.")})), 422
    try:
        client = calls.post("profiles", "/v1/clients", values)
    except ServiceProblem as problem:
        return _form(refused(problem, values)), 422
    return _show_secret(client)


@blueprint.get("/clients/<client_id>")
def client(client_id: str) -> str:
    """One client."""
    held, programs = calls.together(
        lambda: calls.fetch("profiles", f"/v1/clients/{client_id}"),
        lambda: calls.part("matching", matching.programs, []),
    )
    return render_template(
        "people/client.html",
        client=held.body,
        etag=held.etag or "",
        programs={program["id"]: program["name"] for program in programs},
    )


@blueprint.get("/clients/<client_id>/change")
def changing_client(client_id: str) -> str:
    """A form with what it is called and may do."""
    held = calls.fetch("profiles", f"/v1/clients/{client_id}")
    said = {name: held.body[name] for name in ("name", "scopes", "programs")}
    return _form(Form(values={**said, "etag": held.etag or ""}), held.body)


@blueprint.post("/clients/<client_id>/change")
def change_client(client_id: str) -> str | Response | tuple[str, int]:
    """Call it otherwise, or let it do more or less."""
    values = {**_typed(), **typed("etag")}
    form = Form(values=values, errors={"scopes": _("Tick at least one.")})
    if values["scopes"]:
        body = {name: values[name] for name in ("name", "scopes", "programs")}
        try:
            calls.patch("profiles", f"/v1/clients/{client_id}", body, asking.as_version(values["etag"]))
        except ServiceProblem as problem:
            form = refused(problem, values)
        else:
            flash(_("Changed. Tokens that say more are refused within seconds."), "success")
            return redirect(url_for("people.client", client_id=client_id), 303)
    return _form(form, calls.get("profiles", f"/v1/clients/{client_id}")), 422


@blueprint.post("/clients/<client_id>/secrets")
def rotate(client_id: str) -> str:
    """Another secret beside the present one, shown this once."""
    return _show_secret(calls.post("profiles", f"/v1/clients/{client_id}/secrets"))


@blueprint.post("/clients/<client_id>/retire")
def retire(client_id: str) -> Response:
    """Refuse the older secret."""
    calls.post("profiles", f"/v1/clients/{client_id}/secrets/retire")
    flash(_("Only the newest secret is good now."), "success")
    return redirect(url_for("people.client", client_id=client_id), 303)


@blueprint.post("/clients/<client_id>/revoke")
def revoke(client_id: str) -> Response:
    """Refuse the client for good."""
    calls.post("profiles", f"/v1/clients/{client_id}/revoke")
    flash(_("The client is refused from now on, for good."), "success")
    return redirect(url_for("people.client", client_id=client_id), 303)


def _typed() -> dict[str, Any]:
    return {
        **typed("name"),
        "scopes": [scope for scope in request.form.getlist("scopes") if scope in SCOPES],
        "programs": request.form.getlist("programs"),
    }


def _form(form: Form, client: Mapping[str, Any] | None = None) -> str:
    programs = calls.part("matching", matching.programs, [])
    # A program that is not among those shown stays ticked: leaving it out would lift or move the limit unseen.
    shown = {program["id"] for program in programs}
    others = [{"id": id, "name": id} for id in form.value("programs", []) if id not in shown]
    return render_template(
        "people/client_form.html", form=form, client=client, scopes=SCOPES, programs=[*programs, *others]
    )


def _show_secret(client: dict[str, Any]) -> str:
    """The only page that ever holds it; nothing leads back to it, and a form sent twice shows it no second time."""
    return render_template("people/client_secret.html", client=client, secret=client.get("client_secret"))
