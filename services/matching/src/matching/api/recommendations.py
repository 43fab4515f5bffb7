"""`/v1/programs/{id}/recommendations` and `/v1/programs/{id}/explanation`."""

from typing import Any

from flask import Response

from matching.schemas.explanations import ExplanationSchema, PairQuery
from matching.schemas.recommendations import MatchSchema, RecommendationPage, RecommendationQuery
from matching.use_cases import recommendations
from servicekit import web

blueprint = web.blueprint("recommendations", "/v1", description="Who fits, and why.")


@blueprint.get("/programs/<program_id>/recommendations")
@web.operation("recommendation.list")
@blueprint.arguments(RecommendationQuery, location="query")
@blueprint.response(200, RecommendationPage)
def list_recommendations(query: dict[str, Any], program_id: str) -> Response:
    """The mentors who fit you best, each with plain reasons."""
    found = recommendations.recommend_mentors(
        web.store(),
        web.clock(),
        web.caller(),
        web.service("matcher"),
        program_id,
        query["mentee"],
        query["limit"],
    )
    known_at = RecommendationPage(only=("known_at", "age_seconds")).dump(found)
    return web.page(found.items, MatchSchema, None, **known_at)


@blueprint.get("/programs/<program_id>/explanation")
@web.operation("explanation.read", private=True)
@blueprint.arguments(PairQuery, location="query")
@blueprint.response(200, ExplanationSchema)
def get_explanation(query: dict[str, Any], program_id: str) -> Response:
    """Why this mentor for this mentee, or why not."""
    found = recommendations.explain_pair(
        web.store(), web.caller(), web.service("matcher"), program_id, query["mentee"], query["mentor"]
    )
    return web.reply(found, ExplanationSchema)
