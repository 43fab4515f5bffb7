"""Who may do what with a journey: the table, and how a caller stands to a mentorship."""

from feedback.domain.journey import Journey
from feedback.domain.known import Plan
from feedback.domain.session import Session
from servicekit.caller import Caller
from servicekit.permissions import Permissions, both, employee, relation, role, rule

TABLE = Permissions(
    {
        "journey.read": rule(relation("participant", "manager")),
        "journey.follow": rule(),  # nobody but the platform, which follows what `matching` tells
        "agreement.propose": rule(relation("participant")),
        "agreement.agree": rule(relation("participant")),
        "person.forget": rule(),
        "session.schedule": rule(relation("participant")),
        "session.list": rule(relation("participant", "manager")),
        "session.read": rule(relation("participant", "manager")),
        "session.describe": rule(relation("participant")),
        "session.reschedule": rule(relation("participant")),
        "session.hold": rule(relation("participant")),
        "session.miss": rule(relation("participant")),
        "session.cancel": rule(relation("participant")),
        "session.watch": rule(),
        "review.give": rule(relation("participant")),
        "review.read": rule(relation("participant")),
        "review.watch": rule(),
        "health.read": rule(relation("manager"), role("auditor")),
        "health.watch": rule(),
        "data.read": rule(role("people_admin"), both(employee, relation("self"))),
        "audit.read": rule(role("auditor", "people_admin")),
    }
)


def standing(caller: Caller, subject: Journey | Session, plan: Plan | None) -> frozenset[str]:
    """How the caller stands to a mentorship or one of its sessions: `participant`, `manager`, both or neither."""
    found = set()
    if caller.kind == "person" and caller.id in subject.people:
        found.add("participant")
    return frozenset(found) | managing(caller, plan)


def managing(caller: Caller, plan: Plan | None) -> frozenset[str]:
    """`manager` for somebody whom the program names as one."""
    managed = caller.kind == "person" and plan is not None and plan.is_managed_by(caller.id)
    return frozenset({"manager"} if managed else ())


def require(caller: Caller, operation: str, relations: frozenset[str]) -> None:
    """Pass, or refuse: whoever stands in no relation may not know that the object exists.

    Raises:
        NotFound: the caller may not know of it.
        Forbidden: the caller knows it and may not do this.
    """
    TABLE.require(caller, operation, relations, knows=bool(relations))
