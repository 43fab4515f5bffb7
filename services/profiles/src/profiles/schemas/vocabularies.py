"""Skills and themes."""

from marshmallow import fields

from profiles.schemas.profiles import LONGEST_TERM
from profiles.schemas.shapes import Page, Texts, said
from servicekit.web.schema import Code, Schema, Text


class AddTerm(Schema):
    """A new entry of a vocabulary."""

    name = Text(LONGEST_TERM, least=1, required=True, **said("Its name, unique among names and synonyms."))
    synonyms = Texts(20, LONGEST_TERM, load_default=(), **said("Other words for the same."))
    category = Text(LONGEST_TERM, load_default="", **said("What it is listed under."))


class TermSchema(Schema):
    """One entry of a vocabulary."""

    id = fields.String(**said("`skl_...` or `thm_...`"))
    name = fields.String(**said("Its name."))
    synonyms = fields.List(fields.String(), **said("Other words for the same."))
    category = fields.String(**said("What it is listed under."))
    standing = Code("approved", "proposed", **said("`proposed` came in by somebody's profile; both can be used."))
    retired = fields.Boolean(**said("Whether it is no longer offered."))


class TermPage(Page):
    """Entries, by name."""

    items = fields.List(fields.Nested(TermSchema), **said("The entries."))
