"""The documents of this service, their indexes, and the unit of work with its named queries."""

from datetime import datetime

from feedback.domain.health import Health
from feedback.domain.journey import Journey
from feedback.domain.known import Erasure, Participation, Person, Plan
from feedback.domain.review import Review
from feedback.domain.session import Session
from servicekit import store
from servicekit.store import Documents, index

DOCUMENTS: tuple[Documents, ...] = (
    Documents(Journey, "journeys", (index("mentor_id"), index("mentee_ids"))),
    Documents(
        Session,
        "sessions",
        (
            index("mentorship_id", "starts_at"),
            index("mentor_id"),
            index("mentee_ids"),
            # The clocks look at what is still to come, so these stay as small as that.
            index("remind_at", where={"state": "scheduled"}),
            index("miss_at", where={"state": "scheduled"}),
        ),
    ),
    Documents(
        Review,
        "reviews",
        (
            index("session_id", "author_id", "addressee_id", unique=True),
            index("author_id", "mentorship_id"),
            index("addressee_id"),
            index("closes_at"),
        ),
    ),
    Documents(Health, "health", (index("program_id", "_id"), index("check_at"))),
    Documents(Plan, "plans"),
    Documents(Participation, "participations", (index("program_id", "person_id"), index("person_id"))),
    Documents(Person, "people"),
    Documents(Erasure, "erasures"),
)


class Unit(store.Unit):
    """One unit of work of this service."""

    def sessions_of(self, mentorship_id: str) -> list[Session]:
        return self.find(Session, {"mentorship_id": mentorship_id}, (("starts_at", 1), ("_id", 1)))

    def sessions_before(self, mentorship_id: str, before: tuple[datetime, str] | None, limit: int) -> list[Session]:
        where: dict[str, object] = {"mentorship_id": mentorship_id}
        if before is not None:
            starts_at, id = before
            where["$or"] = [{"starts_at": {"$lt": starts_at}}, {"starts_at": starts_at, "_id": {"$lt": id}}]
        return self.find(Session, where, (("starts_at", -1), ("_id", -1)), limit)

    def scheduled_of(self, mentorship_id: str) -> list[Session]:
        return self.find(Session, {"mentorship_id": mentorship_id, "state": "scheduled"})

    def reviews_of(self, session_id: str) -> list[Review]:
        return self.find(Review, {"session_id": session_id})

    def reviews_due_by(self, author_id: str, mentorship_id: str) -> list[Review]:
        return self.find(Review, {"author_id": author_id, "mentorship_id": mentorship_id, "state": "due"})

    def reviews_with(self, person_id: str) -> list[Review]:
        return self.find(Review, {"$or": [{"author_id": person_id}, {"addressee_id": person_id}]})

    def sessions_with(self, person_id: str) -> list[Session]:
        return self.find(Session, {"$or": [{"mentor_id": person_id}, {"mentee_ids": person_id}]})

    def participations_of(self, person_id: str) -> list[Participation]:
        return self.find(Participation, {"person_id": person_id})

    def journeys_with(self, person_id: str) -> list[Journey]:
        return self.find(Journey, {"$or": [{"mentor_id": person_id}, {"mentee_ids": person_id}]})

    def health_of_program(self, program_id: str, after: str | None, limit: int) -> list[Health]:
        where: dict[str, object] = {"program_id": program_id, "live": True}
        if after is not None:
            where["_id"] = {"$gt": after}
        return self.find(Health, where, limit=limit)

    def reminders_due(self, now: datetime, limit: int) -> list[str]:
        found = self.find(
            Session, {"state": "scheduled", "remind_at": {"$lte": now}}, (("remind_at", 1), ("_id", 1)), limit
        )
        return [session.id for session in found]

    def misses_due(self, now: datetime, limit: int) -> list[str]:
        found = self.find(
            Session, {"state": "scheduled", "miss_at": {"$lte": now}}, (("miss_at", 1), ("_id", 1)), limit
        )
        return [session.id for session in found]

    def reviews_closing(self, now: datetime, limit: int) -> list[str]:
        found = self.find(Review, {"closes_at": {"$lte": now}}, (("closes_at", 1), ("_id", 1)), limit)
        return [review.id for review in found]

    def health_checks_due(self, now: datetime, limit: int) -> list[str]:
        found = self.find(Health, {"check_at": {"$lte": now}}, (("check_at", 1), ("_id", 1)), limit)
        return [health.id for health in found]
