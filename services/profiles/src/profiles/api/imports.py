"""`/v1/imports`: HR files, from upload by preview to application."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask import Response, request

from profiles.domain.imports.course import Import
from profiles.schemas.imports import (
    ApplyImport,
    ImportPage,
    ImportSchema,
    NewImportQuery,
    PlannedPage,
    PlannedSchema,
    RowsQuery,
)
from profiles.schemas.shapes import PageQuery
from profiles.use_cases.imports import overview, receiving
from servicekit import web
from servicekit.ids import new_id
from servicekit.refusals import Malformed, Refusal
from servicekit.web.schema import Nothing

MOST_BYTES = 268_435_456
BLOCK_BYTES = 65_536
ERROR_COLUMNS = ("line", "column", "reason", "what to write")
_KINDS = ("text/csv", "text/plain", "application/csv", "application/octet-stream", "application/vnd.ms-excel")

blueprint = web.blueprint("imports", "/v1", description="Imports of people from HR files.")


@blueprint.post("/imports")
@web.operation("import.create", creates=True, upload=True)
@blueprint.arguments(NewImportQuery, location="query")
@blueprint.doc(requestBody={"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}})
@blueprint.response(201, ImportSchema)
def create_import(query: dict[str, Any]) -> Response:
    """Upload a CSV file of people, in UTF-8, at most 256 MiB; the worker reads it into a preview."""
    if request.mimetype not in _KINDS:
        raise Malformed("Send the file itself as the body, with the content type text/csv.")
    # This operation alone takes more than a request usually may, and never holds it in memory.
    request.max_content_length = MOST_BYTES
    import_id = new_id("imp")
    received = receiving.store_file(web.store(), web.clock(), web.caller(), import_id, _body())
    wanted = receiving.Wanted(
        file_name=query["name"],
        mode=query["mode"],
        auto=query["apply"],
        most_leavers=web.service("import_leavers"),
        confirmed_leavers=query["confirm_leavers"],
    )

    def create(store: Any, caller: Any) -> Import:
        return receiving.open_import(store, web.clock(), caller, import_id, received, wanted)

    content = f"{received.digest} {request.query_string.decode()}".encode()
    try:
        response = web.command(create, ImportSchema, 201, lambda made: f"/v1/imports/{made.id}", content=content)
    except Refusal:
        receiving.forget_file(web.store(), import_id)
        raise
    if response.headers.get("Idempotency-Replayed"):
        receiving.forget_file(web.store(), import_id)
    return response


@blueprint.get("/imports")
@web.operation("import.read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, ImportPage)
def list_imports(query: dict[str, Any]) -> Response:
    """List imports, the newest first."""
    held = web.cursor()
    found = overview.list_imports(web.store(), web.caller(), str(held["id"]) if held else None, web.limit())
    return web.page(found.items, ImportSchema, {"id": found.following} if found.following else None)


@blueprint.get("/imports/<import_id>")
@web.operation("import.read")
@blueprint.response(200, ImportSchema)
def read_import(import_id: str) -> Response:
    """Read an import: its progress, what would come of it, what came of it."""
    return web.reply(overview.read_import(web.store(), web.caller(), import_id), ImportSchema)


@blueprint.get("/imports/<import_id>/rows")
@web.operation("import.read")
@blueprint.arguments(RowsQuery, location="query")
@blueprint.response(200, PlannedPage)
def list_rows(query: dict[str, Any], import_id: str) -> Response:
    """Show who joins, moves, leaves, comes back or gets another manager; empty once the import is over."""
    held = web.cursor() or {}
    after = (int(held.get("batch", 0)), int(held.get("place", 0)))
    found = overview.list_rows(web.store(), web.caller(), import_id, query.get("action"), after, web.limit())
    following = {"batch": found.following[0], "place": found.following[1]} if found.following else None
    return web.page(found.items, PlannedSchema, following)


@blueprint.get("/imports/<import_id>/errors")
@web.operation("import.read")
@blueprint.response(200, content_type="text/csv")
def read_errors(import_id: str) -> Response:
    """Download what is wrong with the rows as CSV: line, column, reason, what to write."""
    faults = overview.each_fault(web.store(), web.caller(), import_id)

    def rows() -> Iterator[str]:
        yield _csv(ERROR_COLUMNS)
        for fault in faults:
            yield _csv((str(fault.line), fault.column, fault.reason, fault.advice))

    response = Response(rows(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{import_id}-errors.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/imports/<import_id>/apply")
@web.operation("import.apply")
@blueprint.arguments(ApplyImport)
@blueprint.response(200, ImportSchema)
def apply_import(body: dict[str, Any], import_id: str) -> Response:
    """Carry an import out; where more people would leave than may unasked, `confirm_leavers` must be their number."""
    expected, confirmed = web.if_match(required=False), body["confirm_leavers"]

    def apply(store: Any, caller: Any) -> Import:
        return overview.apply_import(store, web.clock(), caller, import_id, expected, confirmed)

    return web.command(apply, ImportSchema)


@blueprint.post("/imports/<import_id>/cancel")
@web.operation("import.cancel")
@blueprint.arguments(Nothing)
@blueprint.response(200, ImportSchema)
def cancel_import(body: dict[str, Any], import_id: str) -> Response:
    """Let nothing come of an import."""
    expected = web.if_match(required=False)

    def cancel(store: Any, caller: Any) -> Import:
        return overview.cancel_import(store, web.clock(), caller, import_id, expected)

    return web.command(cancel, ImportSchema)


def _body() -> Iterator[bytes]:
    while block := request.stream.read(BLOCK_BYTES):
        yield block


def _csv(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
