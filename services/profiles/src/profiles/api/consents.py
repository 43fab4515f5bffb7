"""`/v1/people/{id}/consent`."""

from typing import Any

from flask import Response

from profiles.domain.consent import Consent
from profiles.schemas.consents import ChangeConsent, ConsentSchema
from profiles.use_cases import consents
from servicekit import web

blueprint = web.blueprint("consents", "/v1", description="What people agree to, by purpose.")


@blueprint.get("/people/<person_id>/consent")
@web.operation("consent.read", private=True)
@blueprint.response(200, ConsentSchema)
def read_consent(person_id: str) -> Response:
    """Read what somebody agreed to, with every word they gave or took back."""
    return web.reply(consents.read_consent(web.store(), web.caller(), person_id), ConsentSchema)


@blueprint.put("/people/<person_id>/consent")
@web.operation("consent.change", if_match=True)
@blueprint.arguments(ChangeConsent)
@blueprint.response(200, ConsentSchema)
def change_consent(body: dict[str, Any], person_id: str) -> Response:
    """Give consent or take it back; a purpose that is left out stays. `"0"` is the version before the first word."""
    expected = web.if_match()

    def change(store: Any, caller: Any) -> Consent:
        return consents.change_consent(store, web.clock(), caller, person_id, expected, body["purposes"])

    return web.command(change, ConsentSchema)
