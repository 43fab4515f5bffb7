"""The SCIM resources that are served, and what the service says it can do (RFC 7643, RFC 7644).

Only what mentoring needs is declared: what else a provider sends (telephone numbers, postal addresses, passwords) is
dropped unread. See docs/decisions/0014-scim-by-a-library.md.
"""

from typing import Annotated, Any, ClassVar

from pydantic import EmailStr, Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    ExtensibleStringEnum,
    Extension,
    Filter,
    Mutability,
    Pagination,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_models.resources.resource import AnyExtension

MOST_OPERATIONS = 1000
MOST_BYTES = 1_048_576
MOST_RESULTS = 200
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MENTORING = "urn:ietf:params:scim:schemas:extension:mentormesh:2.0:User"


class Language(ExtensibleStringEnum):
    """Some BCP 47 tags, as suggestions."""

    en = "en"
    de = "de"
    fr = "fr"
    pt_br = "pt-BR"


class Zone(ExtensibleStringEnum):
    """Some IANA time zones, as suggestions."""

    utc = "UTC"
    berlin = "Europe/Berlin"
    new_york = "America/New_York"
    singapore = "Asia/Singapore"


class Level(ExtensibleStringEnum):
    """Some seniorities, as suggestions."""

    one = "1"
    two = "2"
    three = "3"
    four = "4"
    five = "5"


class AddressType(ExtensibleStringEnum):
    """The usual kinds of e-mail address."""

    work = "work"
    home = "home"
    other = "other"


class Name(ComplexAttribute):
    """The parts of a person's name."""

    formatted: str | None = None
    """The full name."""

    family_name: str | None = None
    """The family name."""

    given_name: str | None = None
    """The given name."""


class Email(ComplexAttribute):
    """One e-mail address."""

    value: Annotated[EmailStr | None, Required.true] = None
    """The address; the primary one, or the one of work, is where MentorMesh writes to."""

    type: AddressType | None = None
    """What it is for."""

    primary: bool | None = None
    """Whether it is the one to write to."""


class Membership(ComplexAttribute):
    """A group that a user is in."""

    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    """The group's id."""

    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The group's address."""

    display: Annotated[str | None, Mutability.read_only] = None
    """The group's name."""


class User(Resource[AnyExtension]):
    """A person."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The name of the account, unique."""

    name: Name | None = None
    """The parts of the name."""

    Name: ClassVar[type[ComplexAttribute]] = Name

    display_name: str | None = None
    """The name that colleagues see."""

    title: str | None = None
    """The job title."""

    user_type: str | None = None
    """Such as Employee or Contractor; programs may ask for it as the attribute `user_type`."""

    preferred_language: Language | None = None
    """The language this person reads, as a BCP 47 tag."""

    timezone: Zone | None = None
    """The IANA time zone."""

    active: bool | None = None
    """False is somebody who left; true again is the same person back."""

    emails: Annotated[list[Email] | None, Required.true] = None
    """E-mail addresses; unless one is sent, the account's name is taken for it."""

    Emails: ClassVar[type[ComplexAttribute]] = Email

    groups: Annotated[list[Membership] | None, Mutability.read_only] = None
    """The groups that this person is in."""

    Groups: ClassVar[type[ComplexAttribute]] = Membership


class Manager(ComplexAttribute):
    """Whom a user reports to."""

    value: Annotated[str | None, CaseExact.true] = None
    """The manager's id, external id or account name."""

    ref: Reference["User"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")  # type: ignore[type-arg]
    """The manager's address."""


class EnterpriseUser(Extension):
    """What employers say of a user."""

    __schema__ = URN(ENTERPRISE)

    employee_number: str | None = None
    """The number in the HR system; programs may ask for it as the attribute `employee_number`."""

    cost_center: str | None = None
    """The cost centre, as the attribute `cost_center`."""

    organization: str | None = None
    """The organisation, as the attribute `organization`."""

    division: str | None = None
    """The division, as the attribute `division`."""

    department: str | None = None
    """The department."""

    manager: Manager | None = None
    """Whom this person reports to."""


class MentoringUser(Extension):
    """What the match asks beside it."""

    __schema__ = URN(MENTORING)

    level: Level | None = None
    """Seniority, a whole number; higher is more senior."""

    site: str | None = None
    """Where this person works."""


class Member(ComplexAttribute):
    """Somebody in a group."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true, Required.true] = None
    """The user's id."""

    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(  # type: ignore[type-arg]
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The user's address."""

    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])
    """`User`: groups within groups are not kept."""


class Group(Resource[Any]):
    """A group of users, which may stand for roles."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    """The name, by which the operator's configuration gives roles."""

    members: list[Member] | None = None
    """Who is in it."""

    Members: ClassVar[type[ComplexAttribute]] = Member


USER = User[EnterpriseUser | MentoringUser]

CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=True, max_operations=MOST_OPERATIONS, max_payload_size=MOST_BYTES),
    filter=Filter(supported=True, max_results=MOST_RESULTS),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    pagination=Pagination(
        cursor=False,
        index=True,
        default_pagination_method=Pagination.DefaultPaginationMethod.index,
        default_page_size=MOST_RESULTS,
        max_page_size=MOST_RESULTS,
    ),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Platform token",
            description="A token of a client with the scope people:write, by client credentials at /v1/oauth/token.",
            primary=True,
        )
    ],
)

# Providers depart from the standard in known ways, and refusing them serves nobody.
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)

PROVIDER = ScimProvider(
    models=[User, EnterpriseUser, MentoringUser, Group],
    resource_types=[ResourceType.from_resource(USER), ResourceType.from_resource(Group)],
    config=CONFIG,
    policy=POLICY,
)
