"""People: whether they may still come in, and the right to be forgotten."""

from dataclasses import replace

from feedback import permissions
from feedback.domain.known import Person
from feedback.ports import Store, Unit
from servicekit.caller import Caller


def is_admitted(store: Store, caller: Caller) -> bool:
    """Whether the caller still works here, as far as this service was told; who left is refused from then on."""
    person = store.reading(lambda unit: unit.get(Person, caller.id))
    return person is None or not (person.erased or person.status == "left")


def forget_person(store: Store, caller: Caller, person_id: str) -> None:
    """Blank every text that the person shared in; ids, dates and states stay, since they name nobody any more."""
    permissions.require(caller, "person.forget", frozenset())

    def work(unit: Unit) -> None:
        held = unit.get(Person, person_id)
        if held is None or not held.erased:
            unit.save(Person(id=person_id, version=held.version if held else 0, status="left", erased=True))
        for session in unit.sessions_with(person_id):
            if session != session.without_words():
                unit.save(session.without_words())
        for review in unit.reviews_with(person_id):
            if review.comment or review.rating is not None:
                unit.save(replace(review, comment="", rating=None))
        for journey in unit.journeys_with(person_id):
            if journey.agreement is not None:
                unit.save(replace(journey, agreement=None))

    store.atomically(work)
