"""The right to be forgotten: asking for it, undoing it in time, destroying, and certifying once all receipts are in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from profiles.domain.access import Grant
from profiles.domain.erasure import Erasure, Pace, State
from profiles.domain.errors import ErasureUnderWay
from profiles.domain.person import Person
from profiles.permissions import TABLE, relations_to_person
from profiles.ports import Store, Unit
from profiles.use_cases.forgetting import destroy_person, retell_end
from profiles.use_cases.grants import keep_a_people_admin
from servicekit.audit import audited
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.refusals import NotFound

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Erasures:
    """One page of erasures; `following` is the id behind which the next one begins, None on the last."""

    items: list[Erasure]
    following: str | None


def request_erasure(store: Store, clock: Clock, caller: Caller, person_id: str, pace: Pace) -> Erasure:
    """Ask for a person to be forgotten; colleagues do not see them from now on, and it can be undone in time.

    Raises:
        ErasureUnderWay: this was asked for already.
        LastPeopleAdmin: nobody else could administer people.
    """
    TABLE.require(caller, "erasure.request", relations_to_person(caller.id, person_id))
    now = clock.now()

    def work(unit: Unit) -> Erasure:
        person = unit.require(Person, person_id)
        if person.erasure_id is not None:
            raise ErasureUnderWay(f"{person.erasure_id} is under way for this person.")
        grant = unit.get(Grant, person_id)
        if grant is not None and "people_admin" in grant.roles:
            keep_a_people_admin(unit, person_id)
        erasure, events = Erasure.requested(new_id("era"), person_id, caller.id, now, pace)
        unit.save(replace(person, erasure_id=erasure.id))
        unit.save(audited(caller, "erasure.request", person_id, now, erasure.id))
        return unit.save(erasure, *events)

    return store.atomically(work)


def read_erasure(store: Store, caller: Caller, erasure_id: str) -> Erasure:
    """One erasure, with its receipts and, once completed, its certificate."""
    return store.reading(lambda unit: _allowed(unit, caller, "erasure.read", erasure_id))


def list_erasures(
    store: Store, caller: Caller, state: State | None, person_id: str | None, after: str | None, limit: int
) -> Erasures:
    """Erasures, the oldest first; of one person where that is said."""
    TABLE.require(caller, "erasure.list")

    def work(unit: Unit) -> Erasures:
        found = unit.erasures_after(state, person_id, after, limit + 1)
        shown = found[:limit]
        return Erasures(items=shown, following=shown[-1].id if len(found) > limit else None)

    return store.reading(work)


def cancel_erasure(store: Store, clock: Clock, caller: Caller, erasure_id: str, expected: int | None = None) -> Erasure:
    """Undo it while nothing was destroyed; the person is seen again.

    Raises:
        WrongState: it has started.
    """

    def work(unit: Unit) -> Erasure:
        _allowed(unit, caller, "erasure.cancel", erasure_id)
        undone, events = unit.require(Erasure, erasure_id, expected).cancelled(clock.now())
        if not events:
            return undone
        person = unit.require(Person, undone.person_id)
        unit.save(replace(person, erasure_id=None))
        unit.save(audited(caller, "erasure.cancel", undone.person_id, clock.now(), erasure_id))
        return unit.save(undone, *events)

    return store.atomically(work)


def advance_erasure(store: Store, clock: Clock, caller: Caller, erasure_id: str, *, pace: Pace) -> None:
    """The clock says that the next step is due: destroy, tell the end again, miss a receipt, or certify."""
    TABLE.require(caller, "erasure.advance")
    now = clock.now()

    def work(unit: Unit) -> Erasure | None:
        erasure = unit.require(Erasure, erasure_id)
        if erasure.due_at is None or erasure.due_at > now:
            return None
        if erasure.state == "requested":
            return _start(unit, clock, caller, erasure, pace)
        if erasure.is_to_be_retold(now):
            retell_end(unit, erasure.person_id)
            return unit.save(erasure.retold(now, pace))
        if erasure.missing:
            return unit.save(erasure.missed(now, pace))
        if unit.has_unsent(erasure.person_id):
            return unit.save(erasure.postponed(now, pace))
        done, events = erasure.completed(now)
        unit.save(audited(caller, "erasure.complete", erasure.person_id, now, erasure.id))
        return unit.save(done, *events)

    moved = store.atomically(work)
    if moved is not None and moved.overdue:
        log.error("erasure-receipts-missing", erasure=erasure_id, services=moved.missing)


def record_receipt(
    store: Store,
    clock: Clock,
    caller: Caller,
    service: str,
    erasure_id: str,
    person_id: str,
    destroyed: Mapping[str, int],
    *,
    pace: Pace,
) -> None:
    """A service destroyed what it held.

    Where this service does not know that it did so itself, its database was restored from a backup of before: the
    person came back with it, and is destroyed again.
    """
    TABLE.require(caller, "receipt.record")
    now = clock.now()

    def work(unit: Unit) -> None:
        erasure = unit.get(Erasure, erasure_id)
        if erasure is None:
            erasure, _ = Erasure.requested(erasure_id, person_id, caller.id, now, pace)
            erasure = unit.save(erasure)
        if erasure.state in ("requested", "cancelled"):
            erasure = _start(unit, clock, caller, erasure, pace)
        held = erasure.receipted(service, destroyed, now, pace)
        if held != erasure:
            unit.save(held)

    store.atomically(work)


def _start(unit: Unit, clock: Clock, caller: Caller, erasure: Erasure, pace: Pace) -> Erasure:
    now = clock.now()
    destroyed = destroy_person(unit, erasure.id, erasure.person_id, now)
    begun, events = erasure.started(destroyed, now, pace)
    unit.save(audited(caller, "erasure.start", erasure.person_id, now, erasure.id))
    return unit.save(begun, *events)


def _allowed(unit: Unit, caller: Caller, operation: str, erasure_id: str) -> Erasure:
    erasure = unit.get(Erasure, erasure_id)
    if erasure is None:
        raise NotFound(f"There is no erasure {erasure_id}.")
    relations = relations_to_person(caller.id, erasure.person_id)
    TABLE.require(caller, "erasure.read", relations, knows=False)
    TABLE.require(caller, operation, relations)
    return erasure
