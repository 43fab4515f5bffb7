"""The ways a command says no, in words a caller can act on; the HTTP edge renders each as a problem document."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong with the input: a JSON pointer and what to write instead."""

    pointer: str
    detail: str


class Refusal(Exception):
    """A command was refused; nothing was written.

    Subclass it in a service's domain: the class name becomes the problem type (`NoSeatLeft` -> `no-seat-left`) and the
    title (`No seat left`).
    """

    status: ClassVar[int] = 409
    retry_after: int | None = None

    def __init__(self, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)

    @classmethod
    def slug(cls) -> str:
        """The last part of the problem's type, for example `no-seat-left`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """The class name as words, for example `No seat left`."""
        return cls.slug().replace("-", " ").capitalize()


class InvalidInput(Refusal):
    """A value has the right shape and still cannot be."""

    status = 422


class Malformed(Refusal):
    """The request cannot be read at all: broken JSON, a wrong header."""

    status = 400


class Unauthenticated(Refusal):
    """No token, or one that is not valid here."""

    status = 401


class Forbidden(Refusal):
    """The caller knows the object and may not do this to it."""

    status = 403


class NotFound(Refusal):
    """There is no such object, or the caller may not know of it."""

    status = 404


class Hidden(NotFound):
    """It may exist, and the caller may not know whether: answered as what does not exist, and audited."""

    @classmethod
    def slug(cls) -> str:
        return NotFound.slug()


class NotYetKnown(Refusal):
    """The command names something whose event has not arrived here yet; asking again soon helps."""

    status = 409
    retry_after = 1


class WrongState(Refusal):
    """The object's present state does not allow this move."""


class AlreadyExists(Refusal):
    """Another object already has what must be unique."""


class Stale(Refusal):
    """`If-Match` names a version that is no longer the present one."""

    status = 412


class PreconditionRequired(Refusal):
    """A change of a whole object must say which version it changes."""

    status = 428


class IdempotencyKeyReused(Refusal):
    """The same idempotency key came with another request."""

    status = 422


class TooBusy(Refusal):
    """Concurrent writers kept winning for as long as it was tried; nothing was written."""

    status = 503
    retry_after = 1


class StoreUnavailable(Refusal):
    """The database did not answer; whether the command took effect is unknown: repeat it with its idempotency key."""

    status = 503
    retry_after = 2
