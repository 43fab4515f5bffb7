"""The refusals that only this service knows; each class name is the problem's type."""

from typing import ClassVar

from servicekit.refusals import AlreadyExists, Forbidden, Refusal


class EmailTaken(AlreadyExists):
    """Another person has this e-mail address."""


class ExternalIdTaken(AlreadyExists):
    """Another person has this external id."""


class UserNameTaken(AlreadyExists):
    """Another person has this account name."""


class NameTaken(AlreadyExists):
    """The vocabulary already has an entry of this name or synonym."""


class ErasureUnderWay(AlreadyExists):
    """This person is being forgotten already."""


class KeyTaken(AlreadyExists):
    """There is a question of this key already."""


class ConfirmationNeeded(Refusal):
    """More people would leave by this than may without somebody confirming their number."""


class NotYoursToChange(Forbidden):
    """The person may change some of their own facts, and these are not among them."""


class LastPeopleAdmin(Refusal):
    """Somebody must remain who can administer people."""


class OAuthRefusal(Refusal):
    """A token was refused; `error` is the code of RFC 6749 section 5.2."""

    status = 400
    error: ClassVar[str] = "invalid_request"


class InvalidTokenRequest(OAuthRefusal):
    """A parameter is missing, repeated or not as it must be."""


class InvalidClient(OAuthRefusal):
    """The client is unknown, revoked, or its secret is wrong."""

    status = 401
    error = "invalid_client"


class InvalidGrant(OAuthRefusal):
    """The ID token or refresh token is not valid, has expired, or was used before."""

    error = "invalid_grant"


class UnauthorizedClient(OAuthRefusal):
    """This client may not use this grant."""

    error = "unauthorized_client"


class UnsupportedGrantType(OAuthRefusal):
    """There is no such grant."""

    error = "unsupported_grant_type"


class InvalidScope(OAuthRefusal):
    """The client was not given a scope it asks for."""

    error = "invalid_scope"


class NotProvisioned(OAuthRefusal):
    """The identity provider knows the person, MentorMesh does not, or no longer."""

    status = 403
    error = "not-provisioned"
