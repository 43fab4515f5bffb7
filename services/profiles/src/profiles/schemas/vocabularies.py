"""Skills and themes."""

from marshmallow import fields

from profiles.schemas.profiles import LONGEST_TERM
from profiles.schemas.shapes import Flag, Page, SearchQuery, Texts, said
from servicekit.web.schema import Code, Schema, Text


class AddTerm(Schema):
    """A new entry of a vocabulary."""

    name = Text(LONGEST_TERM, least=1, required=True, **said("Its name, unique among names and synonyms."))
    synonyms = Texts(20, LONGEST_TERM, load_default=(), **said("Other words for the same."))
    category = Text(LONGEST_TERM, load_default="", **said("What it is listed under."))


class ChangeTerm(Schema):
    """What to change of an entry; what is left out stays."""

    name = Text(LONGEST_TERM, least=1, **said("Its name, unique among names and synonyms."))
    synonyms = Texts(100, LONGEST_TERM, **said("Other words for the same, all of them."))
    category = Text(LONGEST_TERM, **said("What it is listed under."))
    retired = Flag(**said("Whether it is no longer offered; whoever has it keeps it."))


class MergeTerm(Schema):
    """Into what an entry is merged."""

    into = Text(64, least=1, required=True, **said("Id of the entry that takes its words and its people."))


class TroubleSchema(Schema):
    """What is wrong with one row of a taxonomy."""

    line = fields.Integer(**said("The file's line."))
    column = fields.String(**said("The column."))
    detail = fields.String(**said("What to write."))


class TaxonomySchema(Schema):
    """What came of a taxonomy's file."""

    added = fields.Integer(**said("New entries."))
    changed = fields.Integer(**said("Entries that got synonyms or a category, or are offered again."))
    unchanged = fields.Integer(**said("Entries that were so already."))
    errors = fields.List(fields.Nested(TroubleSchema), **said("Rows that were left out."))


class TermSchema(Schema):
    """One entry of a vocabulary."""

    id = fields.String(**said("`skl_...` or `thm_...`"))
    name = fields.String(**said("Its name."))
    synonyms = fields.List(fields.String(), **said("Other words for the same."))
    category = fields.String(**said("What it is listed under."))
    standing = Code("approved", "proposed", **said("`proposed` came in by somebody's profile; both can be used."))
    retired = fields.Boolean(**said("Whether it is no longer offered."))
    merged_into = fields.String(allow_none=True, **said("The entry that it was merged into."))


class TermsQuery(SearchQuery):
    """Which words to look for, and among which."""

    retired = fields.Boolean(load_default=False, **said("Those that are no longer offered, instead of those that are."))


class TermPage(Page):
    """Entries, by name."""

    items = fields.List(fields.Nested(TermSchema), **said("The entries."))
