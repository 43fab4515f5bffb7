"""Everything that this service holds about one person."""

from feedback import permissions
from feedback.domain.health import Health
from feedback.domain.journey import Journey
from feedback.domain.known import Participation, Person
from feedback.domain.review import Review
from feedback.domain.session import Session
from feedback.ports import Store, Unit
from servicekit.caller import Caller
from servicekit.holdings import Holding, audit_about


def gather(store: Store, caller: Caller, person_id: str) -> list[Holding]:
    """The person's documents.

    Reviews that others wrote are for the person's own eyes, once revealed: a people admin's archive lacks them.
    """
    oneself = caller.id == person_id
    permissions.TABLE.require(caller, "data.read", {"self"} if oneself else ())

    def work(unit: Unit) -> list[Holding]:
        person = unit.get(Person, person_id)
        journeys = unit.journeys_with(person_id)
        health = [unit.get(Health, journey.id) for journey in journeys]
        reviews = [one for one in unit.reviews_with(person_id) if one.is_readable_by(person_id)]
        return [
            Holding(
                name="person",
                about="Whether you work here, and your time zone.",
                kind=Person,
                items=[person] if person is not None else [],
            ),
            Holding(
                name="participations",
                about="Your places in mentoring programs.",
                kind=Participation,
                items=unit.participations_of(person_id),
            ),
            Holding(
                name="journeys",
                about="Your mentorships with what was agreed in them.",
                kind=Journey,
                items=journeys,
            ),
            Holding(
                name="sessions",
                about="Your meetings with their agendas and notes.",
                kind=Session,
                items=unit.sessions_with(person_id),
            ),
            Holding(
                name="reviews",
                about="What you said after sessions, and what was said to you, once it was revealed.",
                kind=Review,
                items=[one for one in reviews if oneself or one.author_id == person_id],
            ),
            Holding(
                name="health",
                about="How your mentorships go, worked out from dates and attendance alone.",
                kind=Health,
                items=[one for one in health if one is not None],
            ),
            audit_about(unit, person_id),
        ]

    return store.reading(work)
