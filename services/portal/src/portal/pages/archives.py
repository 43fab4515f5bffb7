"""The archive of everything that the services and the portal hold about one person."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Response

from portal.pages import calls
from portal.pages.around import around
from portal.pages.holdings import BY_SERVICE
from servicekit.archive import archive

HOLDERS = tuple(BY_SERVICE)


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
