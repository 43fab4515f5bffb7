"""The archive of everything that the services and the portal hold about one person."""

import math
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request

from portal.clients import JustGranted, ServiceProblem, SignedOut
from portal.pages import calls
from portal.pages.around import around
from portal.pages.holdings import BY_SERVICE
from servicekit.archive import archive

HOLDERS = tuple(BY_SERVICE)

blueprint = Blueprint("archives", __name__)


@blueprint.get("/v1/people/<person_id>/data")
def portals_part(person_id: str) -> tuple[Response, int]:
    """The portal's own part for whoever has a platform token, in the shape in which the services answer theirs.

    `profiles` decides who may see where somebody is signed in, and notes it.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return jsonify(type="unauthenticated", detail="Send a platform token as `Authorization: Bearer ...`."), 401
    # Whether it is still good is for `profiles` to say; there is nothing to renew it by.
    held = JustGranted({"access_token": token.strip(), "expires_at": math.inf})
    try:
        calls.services().get(held, "profiles", f"/v1/people/{quote(person_id, safe='')}/sessions")
    except SignedOut:
        return jsonify(
            type="unauthenticated", detail="The token is not valid here, or has expired. Get a new one."
        ), 401
    except ServiceProblem as problem:
        return jsonify(type=problem.slug, detail=problem.detail), problem.status
    return jsonify(_of_the_portal(person_id)), 200


def archive_about(person_id: str, file_name: str) -> Response:
    """The archive as a download; where one service does not answer there is none, since half of it would pass for all.

    Each service decides whether who is signed in may have its part, and notes it.
    """
    parts = calls.together(*(partial(held_by, service, person_id) for service in HOLDERS))
    response = Response(archive([*parts, _of_the_portal(person_id)]), mimetype="application/zip")
    response.headers["Content-Disposition"] = f"attachment; filename={file_name}"
    return response


def held_by(service: str, person_id: str) -> Any:
    """What one service holds about a person."""
    return calls.get(service, f"/v1/people/{person_id}/data")


def _of_the_portal(person_id: str) -> dict[str, Any]:
    """The portal's own part: where the person is signed in."""
    sessions = [
        {
            "browser": one.sign_in.browser,
            "system": one.sign_in.system,
            "began": one.began.isoformat(),
            "last_used": one.touched.isoformat(),
        }
        for one in around().sign_ins.of(person_id)
    ]
    text = {"type": "string"}
    shape = {"type": "object", "properties": dict.fromkeys(("browser", "system", "began", "last_used"), text)}
    return {
        "service": "portal",
        "person_id": person_id,
        "made_at": datetime.now(UTC).isoformat(),
        "about": {"sessions": "The browsers that you are signed in with; kept for twelve hours."},
        "data": {"sessions": sessions},
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "What portal holds about a person",
            "type": "object",
            "properties": {"sessions": {"type": "array", "items": shape}},
            "required": ["sessions"],
        },
    }
