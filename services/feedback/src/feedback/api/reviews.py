"""`/v1/sessions/{id}/review`."""

from typing import Any

from flask import Response, request

from feedback.schemas import GiveReview, ReviewSchema, SessionReviewsSchema
from feedback.use_cases import reviews
from servicekit import web

blueprint = web.blueprint("reviews", "/v1", description="What the two sides say to each other after a session.")


@blueprint.put("/sessions/<session_id>/review")
@web.operation("review.give")
@blueprint.arguments(GiveReview)
@blueprint.response(200, ReviewSchema)
def give_review(body: dict[str, Any], session_id: str) -> Response:
    """Give a review; the other side reads it once both gave theirs, or after 14 days.

    The first giving needs no If-Match; changing what was given does.
    """
    expected = web.if_match(required=False)
    checked = "If-Match" in request.headers
    return web.command(
        lambda store, caller: reviews.give_review(
            store, web.clock(), caller, session_id, **body, expected=expected, checked=checked
        ),
        ReviewSchema,
    )


@blueprint.get("/sessions/<session_id>/review")
@web.operation("review.read", private=True)
@blueprint.response(200, SessionReviewsSchema)
def read_reviews(session_id: str) -> Response:
    """Read one's own review and, once revealed, the one addressed to oneself."""
    return web.reply(reviews.read_reviews(web.store(), web.caller(), session_id), SessionReviewsSchema)
