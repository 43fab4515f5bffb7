"""Seats: one document per person that says what they can take and have taken, and that concurrent moves meet at."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.fields import Role
from matching.domain.errors import NoSeatLeft
from servicekit.entity import Entity


@dataclass(frozen=True, kw_only=True)
class Place:
    """What one enrolment can take and has taken; a place that was withdrawn lasts while something is taken.

    `as_profile` says that the limit is the person's own, whatever that becomes.
    """

    program_id: str
    role: Role
    limit: int
    taken: int = 0
    as_profile: bool = False


@dataclass(frozen=True, kw_only=True)
class Seats(Entity):
    """A person's seats; the id is the person's. `capacity` is their own limit as a mentor, None until they say one.

    Every transaction that opens, answers or ends a request or a mentorship of the person, or changes the person, their
    profile or their enrolments, saves this document, so that two of them conflict instead of both succeeding.
    """

    capacity: int | None = None
    places: tuple[Place, ...] = ()
    changed_at: datetime

    @property
    def taken(self) -> int:
        """Mentees held as a mentor, over all programs."""
        return sum(place.taken for place in self.places if place.role == "mentor")

    @property
    def own_limit(self) -> int:
        """What a place takes that is as the profile says; until there is one 1, as in a profile that says nothing."""
        return 1 if self.capacity is None else self.capacity

    @property
    def is_over_capacity(self) -> bool:
        """Whether more is taken than the person's own limit, which lowering it may cause."""
        return self.capacity is not None and self.taken > self.capacity

    @property
    def over_by(self) -> int:
        """How much more is taken than the person's own limit, 0 where it holds."""
        return max(self.taken - self.capacity, 0) if self.capacity is not None else 0

    @property
    def takes_new(self) -> bool:
        """Whether their own limit leaves room for somebody new; a place in a program may still be full."""
        return self.capacity is None or self.taken < self.capacity

    def left(self, program_id: str, role: Role) -> int:
        """How many more mentorships fit, by the lower of the person's own limit and the enrolment's; at least 0."""
        place = self._place(program_id, role)
        if place is None:
            return 0
        left = place.limit - place.taken
        if role == "mentor" and self.capacity is not None:
            left = min(left, self.capacity - self.taken)
        return max(left, 0)

    def taken_at(self, program_id: str, role: Role) -> int:
        """Mentorships held in one place."""
        place = self._place(program_id, role)
        return 0 if place is None else place.taken

    def touched(self, now: datetime) -> "Seats":
        """The same seats: saving them makes whoever else is about to change them run again."""
        return replace(self, changed_at=now)

    def limited(self, capacity: int | None, now: datetime) -> "Seats":
        """With another limit of their own, and of the places that follow it; what is taken stays taken."""
        limited = replace(self, capacity=capacity, changed_at=now)
        followed = (replace(one, limit=limited.own_limit) if one.as_profile else one for one in self.places)
        return replace(limited, places=tuple(followed))

    def placed(self, program_id: str, role: Role, limit: int, now: datetime, *, as_profile: bool = False) -> "Seats":
        """With `limit` as what the enrolment can take; what is taken stays taken."""
        held = self._place(program_id, role) or Place(program_id=program_id, role=role, limit=limit)
        return self._with(replace(held, limit=limit, as_profile=as_profile), now)

    def take(self, program_id: str, role: Role, now: datetime) -> "Seats":
        """With one seat more taken.

        Raises:
            NoSeatLeft: there is none.
        """
        if self.left(program_id, role) == 0:
            raise NoSeatLeft(
                "This mentor has no free seat now. Ask somebody else."
                if role == "mentor"
                else "This mentee has found as many mentors as they wanted."
            )
        place = self._require(program_id, role)
        return self._with(replace(place, taken=place.taken + 1), now)

    def give_back(self, program_id: str, role: Role, now: datetime) -> "Seats":
        """With one seat less taken."""
        place = self._require(program_id, role)
        return self._with(replace(place, taken=place.taken - 1), now)

    def _with(self, place: Place, now: datetime) -> "Seats":
        others = tuple(one for one in self.places if (one.program_id, one.role) != (place.program_id, place.role))
        kept = (place,) if place.limit or place.taken or place.as_profile else ()
        return replace(self, places=(*others, *kept), changed_at=now)

    def _place(self, program_id: str, role: Role) -> Place | None:
        return next((one for one in self.places if (one.program_id, one.role) == (program_id, role)), None)

    def _require(self, program_id: str, role: Role) -> Place:
        place = self._place(program_id, role)
        if place is None:
            raise LookupError(f"{self.id} has no place as {role} in {program_id}")
        return place
