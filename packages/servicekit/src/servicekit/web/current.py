"""What the request under way stands on: its store, its clock and its caller."""

from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g

from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.permissions import Permissions
from servicekit.refusals import Unauthenticated
from servicekit.store import Store
from servicekit.tokens import Verifier
from servicekit.web.cursors import Cursors

_KEY = "mentormesh"


@dataclass(frozen=True, kw_only=True)
class Chassis:
    """Everything that the edge of one service's application needs."""

    service: str
    store: Store[Any]
    clock: Clock
    permissions: Permissions
    verifier: Verifier
    cursors: Cursors
    extras: dict[str, Any] = field(default_factory=dict)


def chassis() -> Chassis:
    """The application's."""
    held: Chassis = current_app.extensions[_KEY]
    return held


def store() -> Store[Any]:
    """The service's store."""
    return chassis().store


def clock() -> Clock:
    """The service's clock."""
    return chassis().clock


def service(name: str) -> Any:
    """Something else that `create_app` was given under this name."""
    return chassis().extras[name]


def caller() -> Caller:
    """The verified caller.

    Raises:
        Unauthenticated: the operation is public and nobody signed in.
    """
    held: Caller | None = g.get("caller")
    if held is None:
        raise Unauthenticated("Sign in first: send a platform token as `Authorization: Bearer ...`.")
    return held
