"""Who may do what with notices, deliveries and the feed: the table."""

from servicekit.caller import Caller
from servicekit.permissions import Permissions, employee, relation, role, rule, scope

TABLE = Permissions(
    {
        "inbox.read": rule(employee),
        "message.read": rule(relation("self")),
        "message.archive": rule(relation("self")),
        "preferences.read": rule(employee),
        "preferences.change": rule(employee),
        "delivery.list": rule(employee),
        "event.list": rule(scope("events:read")),
        "data.read": rule(role("people_admin"), relation("self")),
        "audit.read": rule(role("auditor", "people_admin")),
        # Nobody but the platform, which acts on what other services tell and on its clocks.
        "message.give": rule(),
        "delivery.send": rule(),
        "contact.keep": rule(),
    }
)


def standing(caller: Caller, person_id: str) -> frozenset[str]:
    """`self` for the person whom it is about."""
    return frozenset({"self"} if caller.kind == "person" and caller.id == person_id else ())


def require(caller: Caller, operation: str, relations: frozenset[str] = frozenset(), *, knows: bool = True) -> None:
    """Pass, or refuse.

    Raises:
        NotFound: the caller may not know of it.
        Forbidden: the caller knows it and may not do this.
    """
    TABLE.require(caller, operation, relations, knows=knows)
