"""`/v1/mentorships/{id}/journey` and its agreement."""

from typing import Any

from flask import Response

from feedback.domain.journey import Agreement
from feedback.schemas import JourneySchema, ProposeAgreement
from feedback.use_cases import journeys
from servicekit import web
from servicekit.web.schema import Nothing

blueprint = web.blueprint("journeys", "/v1", description="The plan of a mentorship.")


@blueprint.get("/mentorships/<mentorship_id>/journey")
@web.operation("journey.read")
@blueprint.response(200, JourneySchema)
def read_journey(mentorship_id: str) -> Response:
    """Read a journey: agreement, milestones, sessions, health."""
    return web.reply(journeys.read_journey(web.store(), web.caller(), mentorship_id), JourneySchema)


@blueprint.put("/mentorships/<mentorship_id>/agreement")
@web.operation("agreement.propose", if_match=True)
@blueprint.arguments(ProposeAgreement)
@blueprint.response(200, JourneySchema)
def propose_agreement(body: dict[str, Any], mentorship_id: str) -> Response:
    """Propose how to work together; everybody else has to agree to the new words."""
    expected = web.if_match()

    def propose(store: Any, caller: Any) -> journeys.JourneyView:
        return journeys.propose_agreement(store, caller, mentorship_id, Agreement(**body), expected)

    return web.command(propose, JourneySchema)


@blueprint.post("/mentorships/<mentorship_id>/agreement/agree")
@web.operation("agreement.agree")
@blueprint.arguments(Nothing)
@blueprint.response(200, JourneySchema)
def agree(body: dict[str, Any], mentorship_id: str) -> Response:
    """Agree to the words as they stand."""
    expected = web.if_match(required=False)

    def agree(store: Any, caller: Any) -> journeys.JourneyView:
        return journeys.agree(store, web.clock(), caller, mentorship_id, expected)

    return web.command(agree, JourneySchema)
