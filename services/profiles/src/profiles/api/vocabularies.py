"""`/v1/skills` and `/v1/themes`."""

from typing import Any, TypeVar

from flask import Response, request

from profiles.api.people import next_position, position
from profiles.domain.vocabulary import Skill, Theme
from profiles.schemas.vocabularies import (
    AddTerm,
    ChangeTerm,
    MergeTerm,
    TaxonomySchema,
    TermPage,
    TermSchema,
    TermsQuery,
)
from profiles.use_cases import vocabularies
from profiles.use_cases.taxonomy import import_taxonomy
from servicekit import web
from servicekit.refusals import Malformed

T = TypeVar("T", Skill, Theme)
_CSV = {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
blueprint = web.blueprint("vocabularies", "/v1", description="The organisation's words for skills and goals.")


@blueprint.get("/skills")
@web.operation("vocabulary.read")
@blueprint.arguments(TermsQuery, location="query")
@blueprint.response(200, TermPage)
def suggest_skills(query: dict[str, Any]) -> Response:
    """List skills whose names or synonyms have words that begin like the query's."""
    return _suggest(Skill, query)


@blueprint.post("/skills")
@web.operation("vocabulary.add", creates=True)
@blueprint.arguments(AddTerm)
@blueprint.response(201, TermSchema)
def add_skill(body: dict[str, Any]) -> Response:
    """Add a skill to the vocabulary."""
    return _add(Skill, body)


@blueprint.get("/skills/<skill_id>")
@web.operation("vocabulary.read")
@blueprint.response(200, TermSchema)
def read_skill(skill_id: str) -> Response:
    """Read a skill, retired ones included."""
    return web.reply(vocabularies.read_term(web.store(), web.caller(), Skill, skill_id), TermSchema)


@blueprint.patch("/skills/<skill_id>")
@web.operation("vocabulary.change", if_match=True)
@blueprint.arguments(ChangeTerm)
@blueprint.response(200, TermSchema)
def change_skill(body: dict[str, Any], skill_id: str) -> Response:
    """Rename a skill, sort it anew, retire it, offer it again, or approve it."""
    return _change(Skill, skill_id, body)


@blueprint.post("/skills/<skill_id>/merge")
@web.operation("vocabulary.merge")
@blueprint.arguments(MergeTerm)
@blueprint.response(200, TermSchema)
def merge_skill(body: dict[str, Any], skill_id: str) -> Response:
    """Merge a skill into another, which takes its words; everybody who named it follows."""
    return _merge(Skill, skill_id, body["into"])


@blueprint.post("/skills/import")
@web.operation("vocabulary.import", upload=True)
@blueprint.doc(requestBody=_CSV)
@blueprint.response(200, TaxonomySchema)
def import_skills() -> Response:
    """Add the skills of a CSV file with the columns name, synonyms (with | between them) and category."""
    return _import(Skill)


@blueprint.get("/themes")
@web.operation("vocabulary.read")
@blueprint.arguments(TermsQuery, location="query")
@blueprint.response(200, TermPage)
def suggest_themes(query: dict[str, Any]) -> Response:
    """List themes whose names or synonyms have words that begin like the query's."""
    return _suggest(Theme, query)


@blueprint.post("/themes")
@web.operation("vocabulary.add", creates=True)
@blueprint.arguments(AddTerm)
@blueprint.response(201, TermSchema)
def add_theme(body: dict[str, Any]) -> Response:
    """Add a theme to the vocabulary."""
    return _add(Theme, body)


@blueprint.get("/themes/<theme_id>")
@web.operation("vocabulary.read")
@blueprint.response(200, TermSchema)
def read_theme(theme_id: str) -> Response:
    """Read a theme, retired ones included."""
    return web.reply(vocabularies.read_term(web.store(), web.caller(), Theme, theme_id), TermSchema)


@blueprint.patch("/themes/<theme_id>")
@web.operation("vocabulary.change", if_match=True)
@blueprint.arguments(ChangeTerm)
@blueprint.response(200, TermSchema)
def change_theme(body: dict[str, Any], theme_id: str) -> Response:
    """Rename a theme, sort it anew, retire it, offer it again, or approve it."""
    return _change(Theme, theme_id, body)


@blueprint.post("/themes/<theme_id>/merge")
@web.operation("vocabulary.merge")
@blueprint.arguments(MergeTerm)
@blueprint.response(200, TermSchema)
def merge_theme(body: dict[str, Any], theme_id: str) -> Response:
    """Merge a theme into another, which takes its words; everybody who named it follows."""
    return _merge(Theme, theme_id, body["into"])


@blueprint.post("/themes/import")
@web.operation("vocabulary.import", upload=True)
@blueprint.doc(requestBody=_CSV)
@blueprint.response(200, TaxonomySchema)
def import_themes() -> Response:
    """Add the themes of a CSV file with the columns name, synonyms (with | between them) and category."""
    return _import(Theme)


def _suggest(kind: type[T], query: dict[str, Any]) -> Response:
    found = vocabularies.suggest_terms(
        web.store(), web.caller(), kind, query["q"], position(), web.limit(), retired=query["retired"]
    )
    return web.page(found.items, TermSchema, next_position(found.following))


def _add(kind: type[T], body: dict[str, Any]) -> Response:
    def add(store: Any, caller: Any) -> T:
        return vocabularies.add_term(store, caller, kind, body["name"], body["synonyms"], body["category"])

    return web.command(add, TermSchema, 201)


def _change(kind: type[T], term_id: str, body: dict[str, Any]) -> Response:
    expected = web.if_match()

    def change(store: Any, caller: Any) -> T:
        return vocabularies.change_term(store, caller, kind, term_id, expected, body)

    return web.command(change, TermSchema)


def _merge(kind: type[T], term_id: str, into: str) -> Response:
    expected = web.if_match(required=False)

    def merge(store: Any, caller: Any) -> T:
        return vocabularies.merge_terms(store, web.clock(), caller, kind, term_id, into, expected)

    return web.command(merge, TermSchema)


def _import(kind: type[T]) -> Response:
    try:
        text = request.get_data().decode()
    except UnicodeDecodeError as failure:
        raise Malformed("The file is not UTF-8 text. Save it as CSV UTF-8.") from failure
    # The same file again changes nothing, so a repeat needs no key.
    return web.reply(import_taxonomy(web.store(), web.clock(), web.caller(), kind, text), TaxonomySchema)
