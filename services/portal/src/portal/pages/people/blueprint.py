"""Where the people admins' pages hang; nobody else gets beyond this."""

from flask import Blueprint, abort

from portal.pages import calls

blueprint = Blueprint("people", __name__)


@blueprint.before_request
def _require_people_admin() -> None:
    if not calls.is_people_admin():
        abort(403)
