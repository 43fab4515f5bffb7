"""Where the present work comes from, so that every event and log line of it can be followed back."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from servicekit.ids import new_id


@dataclass(frozen=True, kw_only=True)
class Origin:
    """`correlation_id` stays the same through a whole story; `causation_id` is the event that caused this step."""

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


_current: ContextVar[Origin | None] = ContextVar("origin", default=None)


def current() -> Origin:
    """The origin of the work under way; a fresh one where nobody set it."""
    origin = _current.get()
    if origin is None:
        origin = Origin(correlation_id=new_id("cor"))
        _current.set(origin)
    return origin


def known() -> Origin | None:
    """The origin of the work under way, if anybody set it: for log lines, which start no story."""
    return _current.get()


@contextmanager
def working_for(origin: Origin) -> Iterator[Origin]:
    """Everything inside belongs to `origin`."""
    token = _current.set(origin)
    try:
        yield origin
    finally:
        _current.reset(token)
