"""What the edge audits by itself: reading what is private to somebody else, and being refused."""

import functools
import re
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask, current_app, g, request

from servicekit.audit import REFUSED, audited
from servicekit.caller import Caller
from servicekit.refusals import Hidden, Refusal, StoreUnavailable, TooBusy
from servicekit.web.current import chassis
from servicekit.web.guards import guard_of

# The ids of an address are told, never what else somebody may have written there.
_ID = re.compile(r"[a-z]{3}_[0-9A-Za-z-]{1,64}")

log = structlog.get_logger()


def watch_private_reads(app: Flask) -> None:
    """Have every private view write its row before it answers; where that fails, nothing is read."""
    for endpoint, view in app.view_functions.items():
        guard = guard_of(view)
        if guard is not None and guard.private and guard.operation is not None:
            app.view_functions[endpoint] = _watched(view, guard.operation)


def note_refusal(refusal: Refusal) -> None:
    """Remember that somebody who is known was refused; the refusal is answered whether or not that works."""
    guard = guard_of(_view())
    caller: Caller | None = g.get("caller")
    if caller is None or guard is None or guard.operation is None:
        return
    try:
        _write(caller, guard.operation, REFUSED, "hidden" if isinstance(refusal, Hidden) else refusal.slug())
    except (StoreUnavailable, TooBusy) as failure:
        log.warning("refusal-not-audited", operation=guard.operation, refusal=failure.slug())


def _view() -> object:
    return current_app.view_functions.get(request.endpoint or "")


def _watched(view: Callable[..., Any], operation: str) -> Callable[..., Any]:
    @functools.wraps(view)
    def watched(*args: Any, **kwargs: Any) -> Any:
        answer = view(*args, **kwargs)
        caller: Caller = g.caller
        if _subject() != caller.id:
            _write(caller, operation)
        return answer

    return watched


def _write(caller: Caller, operation: str, *codes: str) -> None:
    held = chassis()
    row = audited(caller, operation, _subject(), held.clock.now(), *codes)
    held.store.atomically(lambda unit: unit.save(row))


def _subject() -> str:
    """The id that the address names, or none."""
    named = (str(value) for value in (request.view_args or {}).values())
    return next((id for id in named if _ID.fullmatch(id)), "")
