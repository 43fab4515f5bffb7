"""`/v1/directory` and `/v1/people/{id}/history`: for those who administer people."""

from typing import Any

from flask import Response

from profiles.api.people import next_position, position
from profiles.domain.search import Listed, Sought
from profiles.schemas.directory import DirectoryQuery, History, RecordPage, RecordSchema, Values
from profiles.use_cases import directory
from servicekit import web

blueprint = web.blueprint("directory", "/v1", description="Finding anybody, and what happened to them.")


@blueprint.get("/directory")
@web.operation("person.search")
@blueprint.arguments(DirectoryQuery, location="query")
@blueprint.response(200, RecordPage)
def search_directory(query: dict[str, Any]) -> Response:
    """Find people by name, address, id, status, department, site and role: also who left or is to be forgotten."""
    sought = Sought(
        status=query["status"],
        department=query["department"],
        site=query["site"],
        ids=tuple(query["id"]) or None,
    )
    found = directory.search_directory(
        web.store(), web.caller(), query["q"], sought, query["role"], position(), web.limit()
    )
    return web.page(found.items, RecordSchema, next_position(found.following))


@blueprint.get("/directory/departments")
@web.operation("person.search")
@blueprint.response(200, Values)
def list_departments() -> Response:
    """List the departments that people have."""
    return _values("department")


@blueprint.get("/directory/sites")
@web.operation("person.search")
@blueprint.response(200, Values)
def list_sites() -> Response:
    """List the sites that people have."""
    return _values("site")


@blueprint.get("/people/<person_id>/history")
@web.operation("person.history", private=True)
@blueprint.response(200, History)
def read_history(person_id: str) -> Response:
    """Read who registered, moved or ended somebody, when, and which facts changed."""
    return web.reply({"items": directory.read_history(web.store(), web.caller(), person_id)}, History)


def _values(fact: Listed) -> Response:
    return web.reply({"items": directory.list_values(web.store(), web.caller(), fact)}, Values)
