"""Contacts: what became known of people, whether they may still come in, and what must be forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from contracts.notifications import ReceiptRecorded
from notifications import permissions
from notifications.domain.known import Client, Contact, Erasure
from notifications.domain.preferences import Preferences
from notifications.ports import Store, Unit
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.forgetting import forget_traces


def is_admitted(store: Store, caller: Caller) -> bool:
    """Whether the caller may still come in, as far as this service was told: nobody who left, no revoked client."""

    def work(unit: Unit) -> bool:
        if caller.kind == "client":
            client = unit.get(Client, caller.id)
            if client is None:
                return True
            return not client.revoked and caller.asks_within(client.scopes, client.programs)
        person = unit.get(Contact, caller.id)
        return person is None or not person.is_gone

    return store.reading(work)


def keep_contact(
    store: Store, clock: Clock, caller: Caller, person_id: str, name: str, email: str, locale: str, time_zone: str
) -> None:
    """How to reach somebody became known or changed; what waited for it is due now."""
    permissions.require(caller, "contact.keep")

    def work(unit: Unit) -> None:
        held = unit.get(Contact, person_id) or Contact(id=person_id)
        if held.status == "erased":
            return
        known = replace(held, name=name, email=email, locale=locale, time_zone=time_zone)
        if known != held:
            unit.save(known)
            _hasten(unit, person_id, clock.now())

    store.atomically(work)


def foresee(unit: Unit, person_ids: Sequence[str]) -> None:
    """Load what is known of these people, and who of them something waits for, so that keeping each asks nothing."""
    unit.prefetch(Contact, person_ids)
    unit.foresee_deliveries(person_ids)


def erase_person(store: Store, caller: Caller, erasure_id: str, person_id: str) -> None:
    """An erasure has started: destroy, and say how much; once per erasure."""
    permissions.require(caller, "contact.keep")

    def work(unit: Unit) -> None:
        contact = _forgotten(unit, person_id)
        if unit.get(Erasure, erasure_id) is None:
            receipt = ReceiptRecorded(erasure_id=erasure_id, person_id=person_id, destroyed=contact.destroyed)
            unit.save(Erasure(id=erasure_id, person_id=person_id), receipt)

    store.atomically(work)


def forget_person(store: Store, caller: Caller, person_id: str) -> None:
    """Somebody was erased; harmless when the erasure itself was told before."""
    permissions.require(caller, "contact.keep")
    store.atomically(lambda unit: _forgotten(unit, person_id))


def _forgotten(unit: Unit, person_id: str) -> Contact:
    """Everything personal is destroyed; what was on its way is not sent."""
    held = unit.get(Contact, person_id) or Contact(id=person_id)
    if held.status == "erased":
        return held
    for delivery in unit.deliveries_open(person_id):
        suppressed, event = delivery.suppressed("person_gone")
        unit.save(suppressed, event)
    told = unit.messages_of(person_id)
    for message in told:
        unit.remove(message)
    preferences = unit.get(Preferences, person_id)
    if preferences is not None:
        unit.remove(preferences)
    destroyed = {
        "contacts": 1 if held.email else 0,
        "messages": len(told),
        "preferences": 1 if preferences is not None else 0,
        **forget_traces(unit, "notifications", person_id),
    }
    return unit.save(Contact(id=person_id, version=held.version, status="erased", destroyed=destroyed))


def _hasten(unit: Unit, person_id: str, now: datetime) -> None:
    for delivery in unit.deliveries_open(person_id):
        hastened = delivery.hastened(now)
        if hastened != delivery:
            unit.save(hastened)
