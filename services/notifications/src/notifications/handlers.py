"""What this service does when something happened: tell people, keep the feed, know whom to reach."""

from collections.abc import Sequence

from contracts import Envelope, contracts
from contracts.matching import PlanChanged
from contracts.profiles import (
    ClientChanged,
    ClientErased,
    ContactChanged,
    ContactErased,
    ErasureStarted,
    PersonChanged,
    PersonErased,
)
from notifications import feed, projections
from notifications.domain.notices import TELLING, notices_of
from notifications.ports import Store, Unit
from notifications.use_cases import contacts, messages
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.handling import Handler, Handlers

SYSTEM = Caller.system("notifications")


def on_fact(store: Store, clock: Clock, envelope: Envelope) -> None:
    """Tell people what it means to them and, where everybody may know, keep it for the feed."""
    if envelope.data.contract.visibility == "public":
        store.atomically(lambda unit: feed.keep(unit, envelope))
    notices = notices_of(envelope.data)
    if notices:
        messages.give_messages(store, clock, SYSTEM, envelope.id, notices)


def on_contact_changed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """Somebody can be reached, or elsewhere than before."""
    told = envelope.data
    assert isinstance(told, ContactChanged)
    contacts.keep_contact(store, clock, SYSTEM, told.person_id, told.name, told.email, told.locale, told.time_zone)


def foresee_contacts(unit: Unit, envelopes: Sequence[Envelope]) -> None:
    """Load what keeping many contacts reads by one question each."""
    contacts.foresee(unit, [envelope.key for envelope in envelopes])


def on_person_changed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """Somebody came, left or returned."""
    told = envelope.data
    assert isinstance(told, PersonChanged)
    store.atomically(lambda unit: projections.keep_status(unit, told))


def foresee_people(unit: Unit, envelopes: Sequence[Envelope]) -> None:
    """Load many people by one question."""
    projections.foresee(unit, [envelope.key for envelope in envelopes])


def on_person_erased(store: Store, clock: Clock, envelope: Envelope) -> None:
    """Whatever is personal is destroyed; said by either topic, in any order."""
    contacts.forget_person(store, SYSTEM, envelope.key)


def on_erasure_started(store: Store, clock: Clock, envelope: Envelope) -> None:
    """The same, with a receipt for it; and everybody may know that it started."""
    told = envelope.data
    assert isinstance(told, ErasureStarted)
    store.atomically(lambda unit: feed.keep(unit, envelope))
    contacts.erase_person(store, SYSTEM, told.erasure_id, told.person_id)


def on_plan_changed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """A program has a name, or another one."""
    told = envelope.data
    assert isinstance(told, PlanChanged)
    store.atomically(lambda unit: projections.keep_program(unit, told))


def on_client_changed(store: Store, clock: Clock, envelope: Envelope) -> None:
    """A client may read other things, or nothing any more."""
    told = envelope.data
    assert isinstance(told, ClientChanged)
    store.atomically(lambda unit: projections.keep_client(unit, told))


def on_client_erased(store: Store, clock: Clock, envelope: Envelope) -> None:
    """A client was removed."""
    store.atomically(lambda unit: projections.forget_client(unit, envelope.key))


_TOLD_HERE = [contract for contract in contracts() if "notifications" in contract.consumers]

HANDLERS: Handlers = {
    **{
        # People would notice being told twice, so a replay holds these; the feed keeps each event once by its id.
        contract.cls: Handler(on_fact, outside_effects=contract.cls in TELLING)
        for contract in _TOLD_HERE
        if contract.visibility == "public" or contract.cls in TELLING
    },
    ContactChanged: Handler(on_contact_changed, foresee=foresee_contacts),
    ContactErased: Handler(on_person_erased),
    PersonChanged: Handler(on_person_changed, foresee=foresee_people),
    PersonErased: Handler(on_person_erased),
    ErasureStarted: Handler(on_erasure_started),
    PlanChanged: Handler(on_plan_changed),
    ClientChanged: Handler(on_client_changed),
    ClientErased: Handler(on_client_erased),
}
