"""People as HR knows them, and their cards."""

from typing import Any

from marshmallow import fields, post_load, validate

from profiles.domain.access import GRANTABLE
from profiles.domain.person import LEAST_LEVEL, MOST_ATTRIBUTES, MOST_LEVEL
from profiles.schemas.shapes import Flag, Page, SearchQuery, Texts, said
from profiles.use_cases.people import MOST_CARDS
from servicekit.web.schema import Code, Moment, Schema, Text, Whole

STATUSES = ("active", "on_leave", "left")


def _attributes() -> fields.Dict:
    return fields.Dict(
        keys=Text(64, least=1),
        values=Text(200),
        validate=validate.Length(max=MOST_ATTRIBUTES),
        **said("Further facts that the organisation declared; never on a card."),
    )


class ChangePerson(Schema):
    """Facts to change; what is left out stays."""

    external_id = Text(200, least=1, allow_none=True, **said("The person's id in the HR system; unique."))
    email = Text(254, least=3, **said("Work e-mail address; unique."))
    name = Text(200, least=1, **said("Full name, as colleagues know it."))
    title = Text(200, **said("Job title."))
    department = Text(200, **said("Department, compared as written."))
    level = Whole(LEAST_LEVEL, MOST_LEVEL, allow_none=True, **said("Seniority; higher is more senior."))
    site = Text(200, **said("Where they work, compared as written."))
    remote = Flag(**said("Whether they meet remotely."))
    manager_id = Text(64, least=1, allow_none=True, **said("Id of the person they report to."))
    time_zone = Text(64, least=1, **said("IANA time zone, such as `Europe/Berlin`."))
    languages = Texts(20, 35, **said("BCP 47 tags of the languages they speak, best first."))
    locale = Text(35, least=2, allow_none=True, **said("The language they read; else their first language."))
    attributes = _attributes()
    status = Code(*STATUSES, **said("Employment: `active` and `on_leave` turn into `left`, and `left` into `active`."))


class RegisterPerson(ChangePerson):
    """A new person."""

    class Meta(Schema.Meta):
        exclude = ("status",)

    email = Text(254, least=3, required=True, **said("Work e-mail address; unique."))
    name = Text(200, least=1, required=True, **said("Full name, as colleagues know it."))


class PersonSchema(Schema):
    """A person with the facts that HR keeps."""

    id = fields.String(**said("`prs_...`"))
    external_id = fields.String(attribute="facts.external_id", allow_none=True, **said("Id in the HR system."))
    email = fields.String(attribute="facts.email", **said("Work e-mail address."))
    name = fields.String(attribute="facts.name", **said("Full name."))
    title = fields.String(attribute="facts.title", **said("Job title."))
    department = fields.String(attribute="facts.department", **said("Department."))
    level = fields.Integer(attribute="facts.level", allow_none=True, **said("Seniority; higher is more senior."))
    site = fields.String(attribute="facts.site", **said("Where they work."))
    remote = fields.Boolean(attribute="facts.remote", **said("Whether they meet remotely."))
    manager_id = fields.String(attribute="facts.manager_id", allow_none=True, **said("Whom they report to."))
    time_zone = fields.String(attribute="facts.time_zone", **said("IANA time zone."))
    languages = fields.List(fields.String(), attribute="facts.languages", **said("BCP 47 tags, best first."))
    locale = fields.String(attribute="facts.locale", allow_none=True, **said("The language they read."))
    attributes = fields.Dict(
        keys=fields.String(), values=fields.String(), attribute="facts.attributes", **said("Further declared facts.")
    )
    status = Code(*STATUSES, **said("Employment status."))
    registered_at = Moment(**said("Since when they are known here."))


class MeSchema(PersonSchema):
    """The person who asks."""

    roles = fields.List(fields.String(), **said("Their roles; everybody is an `employee`."))
    has_profile = fields.Boolean(**said("Whether they published a mentoring profile."))
    erasure_id = fields.String(allow_none=True, **said("The erasure that is under way for them, if one is."))


class SkillOnCard(Schema):
    """A skill somebody passes on."""

    name = fields.String(**said("The skill's name."))
    level = fields.Integer(**said("How well they know it, 1 to 5."))


class CardSchema(Schema):
    """What any employee may see of a colleague."""

    id = fields.String(**said("`prs_...`"))
    name = fields.String(**said("Full name."))
    title = fields.String(**said("Job title."))
    department = fields.String(**said("Department."))
    site = fields.String(**said("Where they work."))
    skills = fields.List(fields.Nested(SkillOnCard), **said("The skills they offer."))
    themes = fields.List(fields.String(), **said("The themes they help with."))
    bio = fields.String(**said("What they wrote about themselves."))
    answers = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(),
        data_key="fields",
        **said("Answers to the organisation's own questions that you may see, by key; see `/v1/profile-fields`."),
    )


class CardPage(Page):
    """Cards, by name; or in the order of the ids asked for."""

    items = fields.List(fields.Nested(CardSchema), **said("The cards."))


class PeopleQuery(SearchQuery):
    """Whose cards: ids, or a search."""

    id = fields.List(
        fields.String(validate=validate.Length(max=64)),
        load_default=list,
        validate=validate.Length(max=MOST_CARDS),
        **said("Ids of people, repeated, at most 100; whoever does not exist is left out."),
    )
    answers = Code(
        "card",
        "all",
        load_default="card",
        **said("`all`, with ids: private answers too, for program managers and people admins; audited."),
    )


class Roles(Schema):
    """The roles that a person is given here."""

    roles = fields.List(Code(*GRANTABLE), required=True, **said("All of them; a role left out is taken away."))

    @post_load
    def as_tuple(self, data: dict[str, Any], **_: Any) -> tuple[str, ...]:
        """Just the roles."""
        return tuple(data["roles"])
