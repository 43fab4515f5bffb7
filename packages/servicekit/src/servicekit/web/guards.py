"""The note that each view carries: which permission row guards it and what its requests must bring."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Guard:
    """`operation` is the row's name; None for a view of the chassis itself, which needs neither token nor row."""

    operation: str | None
    creates: bool = False
    if_match: bool = False
    form: bool = False
    private: bool = False
    upload: bool = False


OF_THE_KIT = Guard(None)


def operation(
    name: str,
    *,
    creates: bool = False,
    if_match: bool = False,
    form: bool = False,
    private: bool = False,
    upload: bool = False,
) -> Callable[[View], View]:
    """Say which row of the permission table guards a view.

    `creates`: an idempotency key is required. `if_match`: so is the version. `form`: the body is a form of a standard
    that has errors of its own. `private`: what is read is private to the subject, so that anybody else's reading is
    audited before it is answered. `upload`: the body is a file.
    """
    return lambda view: guarded(view, Guard(name, creates, if_match, form, private, upload))


def guarded(view: View, guard: Guard) -> View:
    """The view, carrying its guard."""
    view.guard = guard  # type: ignore[attr-defined]
    return view


def guard_of(view: object) -> Guard | None:
    """The view's guard, or None where nobody said."""
    guard: Guard | None = getattr(view, "guard", None)
    return guard
