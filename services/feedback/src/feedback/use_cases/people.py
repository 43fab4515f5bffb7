"""People: whether they may still come in, and the right to be forgotten."""

from dataclasses import replace

from contracts.feedback import ReceiptRecorded
from feedback import permissions
from feedback.domain.known import Erasure, Person
from feedback.ports import Store, Unit
from servicekit.caller import Caller
from servicekit.forgetting import forget_traces


def is_admitted(store: Store, caller: Caller) -> bool:
    """Whether the caller still works here, as far as this service was told; who left is refused from then on."""
    person = store.reading(lambda unit: unit.get(Person, caller.id))
    return person is None or not (person.erased or person.status == "left")


def erase_person(store: Store, caller: Caller, erasure_id: str, person_id: str) -> None:
    """An erasure has started: destroy, and say how much; once per erasure."""
    permissions.require(caller, "person.forget", frozenset())

    def work(unit: Unit) -> None:
        person = _forgotten(unit, person_id)
        if unit.get(Erasure, erasure_id) is None:
            receipt = ReceiptRecorded(erasure_id=erasure_id, person_id=person_id, destroyed=person.destroyed)
            unit.save(Erasure(id=erasure_id, person_id=person_id), receipt)

    store.atomically(work)


def forget_person(store: Store, caller: Caller, person_id: str) -> None:
    """Somebody was erased; harmless when the erasure itself was told before."""
    permissions.require(caller, "person.forget", frozenset())
    store.atomically(lambda unit: _forgotten(unit, person_id))


def _forgotten(unit: Unit, person_id: str) -> Person:
    """Blank every text that the person shared in; ids, dates and states stay, since they name nobody any more."""
    held = unit.get(Person, person_id) or Person(id=person_id)
    if held.erased:
        return held
    destroyed = {
        "sessions": _blank_sessions(unit, person_id),
        "reviews": _blank_reviews(unit, person_id),
        "agreements": _blank_agreements(unit, person_id),
        **forget_traces(unit, "feedback", person_id),
    }
    return unit.save(Person(id=person_id, version=held.version, status="left", erased=True, destroyed=destroyed))


def _blank_sessions(unit: Unit, person_id: str) -> int:
    worded = [one for one in unit.sessions_with(person_id) if one != one.without_words()]
    for session in worded:
        unit.save(session.without_words())
    return len(worded)


def _blank_reviews(unit: Unit, person_id: str) -> int:
    written = [one for one in unit.reviews_with(person_id) if one.comment or one.rating is not None]
    for review in written:
        unit.save(replace(review, comment="", rating=None))
    return len(written)


def _blank_agreements(unit: Unit, person_id: str) -> int:
    agreed = [one for one in unit.journeys_with(person_id) if one.agreement is not None]
    for journey in agreed:
        unit.save(replace(journey, agreement=None))
    return len(agreed)
