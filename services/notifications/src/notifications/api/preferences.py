"""`/v1/preferences`."""

from typing import Any

from flask import Response

from notifications.schemas import ChangePreferences, PreferencesSchema
from notifications.use_cases import preferences
from servicekit import web

blueprint = web.blueprint("preferences", "/v1", description="What the caller wants to be told, and where.")


@blueprint.get("/preferences")
@web.operation("preferences.read")
@blueprint.response(200, PreferencesSchema)
def read_preferences() -> Response:
    """Read the caller's choices; everything is on until something is chosen."""
    return web.reply(preferences.read_preferences(web.store(), web.caller()), PreferencesSchema)


@blueprint.put("/preferences")
@web.operation("preferences.change", if_match=True)
@blueprint.arguments(ChangePreferences)
@blueprint.response(200, PreferencesSchema)
def change_preferences(body: dict[str, Any]) -> Response:
    """Choose anew; what is left out is on."""
    expected = web.if_match()
    return web.command(
        lambda store, caller: preferences.change_preferences(store, caller, body["kinds"], expected), PreferencesSchema
    )
