"""The HTTP edge that every service shares: what an `api` module needs to load, name the caller, call and dump."""

from servicekit.web.application import blueprint, create_app
from servicekit.web.current import caller, clock, service, store
from servicekit.web.exchange import command, cursor, if_match, limit, page, reply
from servicekit.web.guards import operation

__all__ = [
    "blueprint",
    "caller",
    "clock",
    "command",
    "create_app",
    "cursor",
    "if_match",
    "limit",
    "operation",
    "page",
    "reply",
    "service",
    "store",
]
