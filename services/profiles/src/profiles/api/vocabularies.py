"""`/v1/skills` and `/v1/themes`."""

from typing import Any, TypeVar

from flask import Response

from profiles.api.people import next_position, position
from profiles.domain.vocabulary import Skill, Theme
from profiles.schemas.shapes import SearchQuery
from profiles.schemas.vocabularies import AddTerm, TermPage, TermSchema
from profiles.use_cases import vocabularies
from servicekit import web

T = TypeVar("T", Skill, Theme)
blueprint = web.blueprint("vocabularies", "/v1", description="The organisation's words for skills and goals.")


@blueprint.get("/skills")
@web.operation("vocabulary.read")
@blueprint.arguments(SearchQuery, location="query")
@blueprint.response(200, TermPage)
def suggest_skills(query: dict[str, Any]) -> Response:
    """List skills whose names or synonyms have words that begin like the query's."""
    return _suggest(Skill, query["q"])


@blueprint.post("/skills")
@web.operation("vocabulary.add", creates=True)
@blueprint.arguments(AddTerm)
@blueprint.response(201, TermSchema)
def add_skill(body: dict[str, Any]) -> Response:
    """Add a skill to the vocabulary."""
    return _add(Skill, body)


@blueprint.get("/themes")
@web.operation("vocabulary.read")
@blueprint.arguments(SearchQuery, location="query")
@blueprint.response(200, TermPage)
def suggest_themes(query: dict[str, Any]) -> Response:
    """List themes whose names or synonyms have words that begin like the query's."""
    return _suggest(Theme, query["q"])


@blueprint.post("/themes")
@web.operation("vocabulary.add", creates=True)
@blueprint.arguments(AddTerm)
@blueprint.response(201, TermSchema)
def add_theme(body: dict[str, Any]) -> Response:
    """Add a theme to the vocabulary."""
    return _add(Theme, body)


def _suggest(kind: type[T], query: str) -> Response:
    found = vocabularies.suggest_terms(web.store(), web.caller(), kind, query, position(), web.limit())
    return web.page(found.items, TermSchema, next_position(found.following))


def _add(kind: type[T], body: dict[str, Any]) -> Response:
    def add(store: Any, caller: Any) -> T:
        return vocabularies.add_term(store, caller, kind, body["name"], body["synonyms"], body["category"])

    return web.command(add, TermSchema, 201)
