"""My data: one archive of everything that the services hold about the person who asks."""

from flask import Blueprint, Response

from portal.pages import calls
from servicekit.archive import archive

blueprint = Blueprint("my_data", __name__)
HOLDERS = ("profiles", "matching", "feedback", "notifications")


@blueprint.get("/my-data/archive")
def download() -> Response:
    """The archive; where one service does not answer there is none, since half of it would pass for all."""
    path = f"/v1/people/{calls.me()['id']}/data"
    parts = [calls.get(service, path) for service in HOLDERS]
    response = Response(archive(parts), mimetype="application/zip")
    response.headers["Content-Disposition"] = "attachment; filename=what-mentormesh-holds-about-you.zip"
    return response
