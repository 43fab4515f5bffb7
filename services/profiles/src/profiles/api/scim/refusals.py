"""What the use cases refuse, as SCIM's error bodies (RFC 7644 section 3.12)."""

from scim2_models import Error, SCIMException

from profiles.domain.errors import UserNameTaken
from servicekit.refusals import AlreadyExists, InvalidInput, NotFound, Refusal

_TYPES: tuple[tuple[type[Refusal], int, str | None], ...] = (
    (AlreadyExists, 409, "uniqueness"),
    (InvalidInput, 400, "invalidValue"),
)


def error_of(refusal: Refusal) -> Error:
    """A refusal as an error body, with what to write instead."""
    status, scim_type = next(
        ((status, code) for kind, status, code in _TYPES if isinstance(refusal, kind)), (refusal.status, None)
    )
    if isinstance(refusal, NotFound):
        return Error(status=404, detail="There is no such resource here.")
    hints = "" if isinstance(refusal, UserNameTaken) else _hints(refusal)
    return Error(status=status, scim_type=scim_type, detail=f"{refusal.detail}{hints}")


def as_scim(refusal: Refusal) -> SCIMException:
    """A refusal as the exception that the library tells."""
    return SCIMException.from_error(error_of(refusal))


def _hints(refusal: Refusal) -> str:
    return "".join(f" {error.pointer.lstrip('/')}: {error.detail}" for error in refusal.errors)
