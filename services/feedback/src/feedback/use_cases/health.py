"""Health: recomputed on every fact of a session and by the clock, read by the program's managers."""

from datetime import datetime

from feedback import permissions
from feedback.domain import health as rules
from feedback.domain.health import Health
from feedback.domain.journey import Journey
from feedback.domain.known import Plan
from feedback.ports import Store, Unit
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import NotFound


def recompute(unit: Unit, journey: Journey, now: datetime) -> Health:
    """Look at the journey's sessions again, inside the transaction that changed them."""
    held = unit.get(Health, journey.id) or rules.unknown(journey, now)
    plan = unit.get(Plan, journey.program_id)
    health, events = held.recomputed(journey, unit.sessions_of(journey.id), plan, now)
    return unit.save(health, *events)


def check_health(store: Store, clock: Clock, caller: Caller, mentorship_id: str) -> None:
    """The clock looks whether time alone changed the health; nothing where somebody else just looked."""
    permissions.require(caller, "health.watch", frozenset())
    now = clock.now()

    def work(unit: Unit) -> None:
        health = unit.require(Health, mentorship_id)
        if health.check_at is not None and health.check_at <= now:
            recompute(unit, unit.require(Journey, mentorship_id), now)

    store.atomically(work)


def read_program_health(
    store: Store, caller: Caller, program_id: str, after: str | None, limit: int
) -> tuple[list[Health], bool]:
    """A page of the health of a program's live mentorships, and whether there is more; for managers and auditors."""

    def work(unit: Unit) -> tuple[list[Health], bool]:
        plan = unit.get(Plan, program_id)
        if plan is None:
            raise NotFound(f"There is no program {program_id}.")
        # Every employee may know of a program, so who may not see its health is told so.
        permissions.TABLE.require(caller, "health.read", permissions.managing(caller, plan))
        found = unit.health_of_program(program_id, after, limit + 1)
        return found[:limit], len(found) > limit

    return store.reading(work)
