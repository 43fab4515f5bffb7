"""`/v1/people/{id}/profile`, its pause and its end."""

from typing import Any

from flask import Response, request

from profiles.schemas.profiles import PauseProfile, ProfileQuery, ProfileSchema, PublishProfile
from profiles.use_cases import profiles
from profiles.use_cases.profiles import Draft, NamedProfile
from servicekit import web
from servicekit.refusals import PreconditionRequired, Stale
from servicekit.web.schema import Nothing

blueprint = web.blueprint("profiles", "/v1", description="What people say of themselves for mentoring.")


@blueprint.get("/people/<person_id>/profile")
@web.operation("profile.read", private=True)
@blueprint.arguments(ProfileQuery, location="query")
@blueprint.response(200, ProfileSchema)
def read_profile(query: dict[str, Any], person_id: str) -> Response:
    """Read a mentoring profile; before the first was published an empty one, with the ETag `"0"`."""
    shown = profiles.read_profile(web.store(), web.caller(), person_id, query["role"])
    return web.reply(shown, ProfileSchema)


@blueprint.put("/people/<person_id>/profile")
@web.operation("profile.change")
@blueprint.arguments(PublishProfile)
@blueprint.response(200, ProfileSchema)
def publish_profile(body: Draft, person_id: str) -> Response:
    """Publish a mentoring profile, all of it.

    A later one needs `If-Match`. The first may come without, since there is nothing to overwrite, or with
    `If-Match: "0"` or `If-None-Match: *`.
    """
    if "If-Match" in request.headers:
        return _publish(body, person_id, web.if_match())
    try:
        return _publish(body, person_id, expected=0)
    except Stale as stale:
        if request.headers.get("If-None-Match", "").strip() == "*":
            raise
        raise PreconditionRequired("There is a profile. Send the ETag of the one you changed as If-Match.") from stale


def _publish(draft: Draft, person_id: str, expected: int | None) -> Response:
    def publish(store: Any, caller: Any) -> NamedProfile:
        return profiles.publish_profile(store, web.clock(), caller, person_id, expected, draft)

    return web.command(publish, ProfileSchema)


@blueprint.post("/people/<person_id>/profile/pause")
@web.operation("profile.pause")
@blueprint.arguments(PauseProfile)
@blueprint.response(200, ProfileSchema)
def pause_profile(body: dict[str, Any], person_id: str) -> Response:
    """Stay out of all matching until a day."""
    expected = web.if_match(required=False)

    def pause(store: Any, caller: Any) -> NamedProfile:
        return profiles.pause_profile(store, web.clock(), caller, person_id, body["until"], expected)

    return web.command(pause, ProfileSchema)


@blueprint.post("/people/<person_id>/profile/resume")
@web.operation("profile.resume")
@blueprint.arguments(Nothing)
@blueprint.response(200, ProfileSchema)
def resume_profile(body: dict[str, Any], person_id: str) -> Response:
    """End a pause now."""
    expected = web.if_match(required=False)

    def resume(store: Any, caller: Any) -> NamedProfile:
        return profiles.resume_profile(store, web.clock(), caller, person_id, expected)

    return web.command(resume, ProfileSchema)
