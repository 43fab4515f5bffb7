"""The people admins' directory, and what happened to one person."""

from marshmallow import fields, validate

from profiles.domain.access import GRANTABLE
from profiles.schemas.people import STATUSES
from profiles.schemas.shapes import Page, SearchQuery, said
from profiles.use_cases.people import MOST_CARDS
from servicekit.web.schema import Code, Moment, Schema, Text

ACTS = ("registered", "changed", "on_leave", "back", "left", "rehired")


class DirectoryQuery(SearchQuery):
    """Whom to look for."""

    q = Text(
        254,
        load_default="",
        **said("Beginnings of a name's words; or all of an e-mail address, account name, external id or id."),
    )
    id = fields.List(
        fields.String(validate=validate.Length(max=64)),
        load_default=list,
        validate=validate.Length(max=MOST_CARDS),
        **said("Ids of people, repeated, at most 100: nobody else."),
    )
    status = Code(*STATUSES, load_default=None, **said("Those of one employment status."))
    department = Text(200, least=1, load_default=None, **said("Those of one department, compared as written."))
    site = Text(200, least=1, load_default=None, **said("Those of one site, compared as written."))
    role = Code(*GRANTABLE, load_default=None, **said("Those who have a role, given here or by a group."))


class RecordSchema(Schema):
    """A person in the directory."""

    id = fields.String(attribute="person.id", **said("`prs_...`"))
    external_id = fields.String(attribute="person.facts.external_id", allow_none=True, **said("Id in the HR system."))
    email = fields.String(attribute="person.facts.email", **said("Work e-mail address."))
    name = fields.String(attribute="person.facts.name", **said("Full name."))
    title = fields.String(attribute="person.facts.title", **said("Job title."))
    department = fields.String(attribute="person.facts.department", **said("Department."))
    site = fields.String(attribute="person.facts.site", **said("Where they work."))
    status = Code(*STATUSES, attribute="person.status", **said("Employment status."))
    roles = fields.List(fields.String(), **said("The roles that they were given here."))
    group_roles = fields.List(fields.String(), **said("The roles that the identity provider's groups give them."))
    erasure_id = fields.String(
        attribute="person.erasure_id", allow_none=True, **said("The erasure that is under way for them.")
    )
    registered_at = Moment(attribute="person.registered_at", **said("Since when they are known here."))


class RecordPage(Page):
    """People, by name."""

    items = fields.List(fields.Nested(RecordSchema), **said("The people."))


class Values(Schema):
    """Values of a fact."""

    items = fields.List(fields.String(), **said("The values, in order, at most 200."))


class ChangeSchema(Schema):
    """One fact that changed."""

    fact = fields.String(**said("Its name."))
    before = fields.String(
        **said("What it was: of title, department, level, site and manager; of anything else it is empty.")
    )
    after = fields.String(**said("What it became, as `before`."))


class EntrySchema(Schema):
    """One thing that happened."""

    at = Moment(**said("When."))
    act = Code(*ACTS, **said("What happened."))
    by = fields.String(**said("The id of who did it; a service's name for the platform itself."))
    by_kind = Code("person", "client", "system", **said("Who that is."))
    import_id = fields.String(allow_none=True, **said("The import that it came by, if it did."))
    changes = fields.List(fields.Nested(ChangeSchema), **said("The facts that changed with it."))


class History(Schema):
    """What happened to a person's record."""

    items = fields.List(fields.Nested(EntrySchema), **said("The newest first, at most fifty."))
