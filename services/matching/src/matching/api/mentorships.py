"""`/v1/mentorships`."""

from typing import Any

from flask import Response

from matching.api.pages import after, position
from matching.schemas.mentorships import (
    DeclineMentorship,
    End,
    ListedMentorshipSchema,
    MentorshipPage,
    MentorshipQuery,
    MentorshipSchema,
)
from matching.use_cases import mentorships
from servicekit import web
from servicekit.web.schema import Nothing

blueprint = web.blueprint("mentorships", "/v1", description="People who agreed to work together.")


@blueprint.get("/mentorships")
@web.operation("mentorship.list")
@blueprint.arguments(MentorshipQuery, location="query")
@blueprint.response(200, MentorshipPage)
def list_mentorships(query: dict[str, Any]) -> Response:
    """List your mentorships; a program's if you manage it and name it."""
    found, following = mentorships.list_mentorships(
        web.store(),
        web.caller(),
        program_id=query["program_id"],
        state=query.get("state"),
        after=after(),
        limit=web.limit(),
    )
    return web.page(found, ListedMentorshipSchema, position(following))


@blueprint.get("/mentorships/<mentorship_id>")
@web.operation("mentorship.read")
@blueprint.response(200, ListedMentorshipSchema)
def get_mentorship(mentorship_id: str) -> Response:
    """Read one mentorship."""
    return web.reply(mentorships.get_mentorship(web.store(), web.caller(), mentorship_id), ListedMentorshipSchema)


@blueprint.post("/mentorships/<mentorship_id>/confirm")
@web.operation("mentorship.confirm")
@blueprint.arguments(Nothing)
@blueprint.response(200, MentorshipSchema)
def confirm_mentorship(body: dict[str, Any], mentorship_id: str) -> Response:
    """Say yes to what was proposed; when all who are asked have, it starts."""
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: mentorships.confirm_mentorship(store, web.clock(), caller, mentorship_id, expected),
        MentorshipSchema,
    )


@blueprint.post("/mentorships/<mentorship_id>/decline")
@web.operation("mentorship.decline")
@blueprint.arguments(DeclineMentorship)
@blueprint.response(200, MentorshipSchema)
def decline_mentorship(body: dict[str, Any], mentorship_id: str) -> Response:
    """Say no to what was proposed; why stays with you."""
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: mentorships.decline_mentorship(
            store, web.clock(), caller, mentorship_id, body["reason"], expected
        ),
        MentorshipSchema,
    )


@blueprint.post("/mentorships/<mentorship_id>/pause")
@web.operation("mentorship.pause")
@blueprint.arguments(Nothing)
@blueprint.response(200, MentorshipSchema)
def pause_mentorship(body: dict[str, Any], mentorship_id: str) -> Response:
    """Let it rest; it keeps its seats."""
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: mentorships.pause_mentorship(store, web.clock(), caller, mentorship_id, expected),
        MentorshipSchema,
    )


@blueprint.post("/mentorships/<mentorship_id>/resume")
@web.operation("mentorship.resume")
@blueprint.arguments(Nothing)
@blueprint.response(200, MentorshipSchema)
def resume_mentorship(body: dict[str, Any], mentorship_id: str) -> Response:
    """End the rest."""
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: mentorships.resume_mentorship(store, web.clock(), caller, mentorship_id, expected),
        MentorshipSchema,
    )


@blueprint.post("/mentorships/<mentorship_id>/end")
@web.operation("mentorship.end")
@blueprint.arguments(End)
@blueprint.response(200, MentorshipSchema)
def end_mentorship(body: dict[str, Any], mentorship_id: str) -> Response:
    """End it, for a reason that the others never learn."""
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: mentorships.end_mentorship(
            store, web.clock(), caller, mentorship_id, body["reason"], expected
        ),
        MentorshipSchema,
    )
