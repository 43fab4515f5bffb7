"""`/v1/me`, `/v1/people` and the roles of a person."""

from typing import Any

from flask import Response

from profiles.domain.access import Grant
from profiles.domain.person import Facts, Person
from profiles.schemas.people import (
    CardPage,
    CardSchema,
    ChangePerson,
    MeSchema,
    PeopleQuery,
    PersonSchema,
    RegisterPerson,
    Roles,
)
from profiles.use_cases import grants, people
from servicekit import web
from servicekit.refusals import InvalidInput

blueprint = web.blueprint("people", "/v1", description="People as the organisation knows them, and their cards.")


@blueprint.get("/me")
@web.operation("me.read")
@blueprint.response(200, MeSchema)
def read_me() -> Response:
    """Read who you are here."""
    return web.reply(people.read_me(web.store(), web.caller()), MeSchema)


@blueprint.post("/people")
@web.operation("person.register", creates=True)
@blueprint.arguments(RegisterPerson)
@blueprint.response(201, PersonSchema)
def register_person(body: dict[str, Any]) -> Response:
    """Register a person."""
    facts = Facts(**{"time_zone": web.service("default_time_zone"), **body})

    def register(store: Any, caller: Any) -> Person:
        return people.register_person(store, web.clock(), caller, facts)

    return web.command(register, PersonSchema, 201, lambda person: f"/v1/people/{person.id}")


@blueprint.get("/people")
@web.operation("person.card")
@blueprint.arguments(PeopleQuery, location="query")
@blueprint.response(200, CardPage)
def find_people(query: dict[str, Any]) -> Response:
    """Show the cards of up to 100 ids at once (`id=a&id=b`), or of those whom a search finds (`q=ana`)."""
    whole = query["answers"] == "all"
    if query["id"]:
        if query["q"]:
            raise InvalidInput("Ask by `id` or by `q`, not both.")
        if whole:
            return web.page(people.show_whole_cards(web.store(), web.clock(), web.caller(), query["id"]), CardSchema)
        return web.page(people.show_cards(web.store(), web.caller(), query["id"]), CardSchema)
    if whole:
        raise InvalidInput("Private answers are shown by `id` only.")
    found = people.find_people(web.store(), web.caller(), query["q"], position(), web.limit())
    return web.page(found.cards, CardSchema, next_position(found.following))


@blueprint.get("/people/<person_id>")
@web.operation("person.read", private=True)
@blueprint.response(200, PersonSchema)
def read_person(person_id: str) -> Response:
    """Read somebody's facts; for colleagues there are cards at `/v1/people?id=...`."""
    return web.reply(people.read_person(web.store(), web.caller(), person_id), PersonSchema)


@blueprint.patch("/people/<person_id>")
@web.operation("person.change", if_match=True)
@blueprint.arguments(ChangePerson)
@blueprint.response(200, PersonSchema)
def change_person(body: dict[str, Any], person_id: str) -> Response:
    """Change facts or the employment status; of oneself the time zone, languages and locale."""
    expected = web.if_match()
    changes = {name: value for name, value in body.items() if name != "status"}

    def change(store: Any, caller: Any) -> Person:
        return people.change_person(store, web.clock(), caller, person_id, expected, changes, body.get("status"))

    return web.command(change, PersonSchema)


@blueprint.get("/people/<person_id>/roles")
@web.operation("roles.read", private=True)
@blueprint.response(200, Roles)
def read_roles(person_id: str) -> Response:
    """Read the roles that a person was given here."""
    return web.reply(grants.read_roles(web.store(), web.caller(), person_id), Roles)


@blueprint.put("/people/<person_id>/roles")
@web.operation("roles.grant", if_match=True)
@blueprint.arguments(Roles)
@blueprint.response(200, Roles)
def grant_roles(body: tuple[str, ...], person_id: str) -> Response:
    """Give a person exactly these roles, from their next token on; `"0"` is the version before the first."""
    expected = web.if_match()

    def grant(store: Any, caller: Any) -> Grant:
        return grants.grant_roles(store, web.clock(), caller, person_id, expected, body)

    return web.command(grant, Roles)


def position() -> tuple[str, str] | None:
    """Where the query's cursor continues, as (name, id)."""
    held = web.cursor()
    if held is None:
        return None
    return str(held.get("name", "")), str(held.get("id", ""))


def next_position(following: tuple[str, str] | None) -> dict[str, str] | None:
    """What the next page's cursor holds."""
    return {"name": following[0], "id": following[1]} if following else None
