"""`/v1/programs`."""

from typing import Any

from flask import Response

from matching.api.pages import after, position
from matching.schemas.programs import AppointManagers, ChangeProgram, CreateProgram, ProgramPage, ProgramSchema
from matching.schemas.shapes import PageQuery
from matching.use_cases import programs
from servicekit import web
from servicekit.web.schema import Nothing

blueprint = web.blueprint("programs", "/v1", description="Mentoring offers and their course.")


@blueprint.post("/programs")
@web.operation("program.create", creates=True)
@blueprint.arguments(CreateProgram)
@blueprint.response(201, ProgramSchema)
def create_program(body: dict[str, Any]) -> Response:
    """Create a program as a draft; you are one of its managers."""
    return web.command(
        lambda store, caller: programs.create_program(store, web.clock(), caller, body),
        ProgramSchema,
        201,
        lambda program: f"/v1/programs/{program.id}",
    )


@blueprint.get("/programs")
@web.operation("program.list")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, ProgramPage)
def list_programs(query: dict[str, Any]) -> Response:
    """List the programs that are open or running, and those you manage."""
    found, following = programs.list_programs(web.store(), web.caller(), after(), web.limit())
    return web.page(found, ProgramSchema, position(following))


@blueprint.get("/programs/<program_id>")
@web.operation("program.read")
@blueprint.response(200, ProgramSchema)
def get_program(program_id: str) -> Response:
    """Read one program."""
    return web.reply(programs.get_program(web.store(), web.caller(), program_id), ProgramSchema)


@blueprint.patch("/programs/<program_id>")
@web.operation("program.change", if_match=True)
@blueprint.arguments(ChangeProgram)
@blueprint.response(200, ProgramSchema)
def change_program(body: dict[str, Any], program_id: str) -> Response:
    """Change some of a program's values; a value made of several is given whole."""
    expected = web.if_match()
    return web.command(
        lambda store, caller: programs.change_program(store, caller, program_id, body, expected), ProgramSchema
    )


@blueprint.put("/programs/<program_id>/managers")
@web.operation("program.appoint", if_match=True)
@blueprint.arguments(AppointManagers)
@blueprint.response(200, ProgramSchema)
def appoint_managers(body: dict[str, Any], program_id: str) -> Response:
    """Say who manages a program; a people admin may too, so that none is left without."""
    expected = web.if_match()
    return web.command(
        lambda store, caller: programs.appoint_managers(store, caller, program_id, tuple(body["managers"]), expected),
        ProgramSchema,
    )


@blueprint.post("/programs/<program_id>/open")
@web.operation("program.open")
@blueprint.arguments(Nothing)
@blueprint.response(200, ProgramSchema)
def open_program(body: dict[str, Any], program_id: str) -> Response:
    """Let people enrol."""
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: programs.open_program(store, web.clock(), caller, program_id, expected), ProgramSchema
    )


@blueprint.post("/programs/<program_id>/start")
@web.operation("program.start")
@blueprint.arguments(Nothing)
@blueprint.response(200, ProgramSchema)
def start_program(body: dict[str, Any], program_id: str) -> Response:
    """Start mentoring before the first day does."""
    expected = web.if_match(required=False)
    return web.command(lambda store, caller: programs.start_program(store, caller, program_id, expected), ProgramSchema)


@blueprint.post("/programs/<program_id>/close")
@web.operation("program.close")
@blueprint.arguments(Nothing)
@blueprint.response(200, ProgramSchema)
def close_program(body: dict[str, Any], program_id: str) -> Response:
    """End a program before its last day does: open requests are superseded and its mentorships end."""
    expected = web.if_match(required=False)
    return web.command(
        lambda store, caller: programs.close_program(store, web.clock(), caller, program_id, expected), ProgramSchema
    )
