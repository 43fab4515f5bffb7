"""People: anybody by name, address or staff number, by status, department, site and role."""

from typing import Any

from flask import render_template, request

from portal.pages import calls
from portal.pages.people.blueprint import blueprint
from portal.pages.people_words import ROLES_GIVEN, STATUSES

MOST_SHOWN = 25
FILTERS = ("status", "department", "site", "role")


@blueprint.get("/people")
def find() -> str:
    """Whom the query and the filters find."""
    sought = {name: request.args.get(name, "").strip()[:254] for name in ("q", *FILTERS)}
    query: dict[str, Any] = {name: value for name, value in sought.items() if value}
    if cursor := request.args.get("cursor"):
        query["cursor"] = cursor
    found, departments, sites = calls.together(
        lambda: calls.get("profiles", "/v1/directory", limit=MOST_SHOWN, **query),
        lambda: calls.get("profiles", "/v1/directory/departments")["items"],
        lambda: calls.get("profiles", "/v1/directory/sites")["items"],
    )
    return render_template(
        "people/find.html",
        sought=sought,
        narrowed={name: value for name, value in sought.items() if value},
        people=found["items"],
        following=found["next"],
        departments=departments,
        sites=sites,
        statuses=STATUSES,
        roles=ROLES_GIVEN,
    )
