"""Reading what a person can take and has taken."""

from matching.domain.person import Person
from matching.domain.seats import Seats
from matching.permissions import TABLE
from matching.ports.unit import Store, Unit
from matching.use_cases.seating import seats_of
from servicekit.caller import Caller
from servicekit.clock import Clock


def read_seats(store: Store, clock: Clock, caller: Caller, person_id: str) -> Seats:
    """Somebody's seats; empty ones where they take part in nothing yet, or no event has told of oneself yet."""
    TABLE.require(caller, "seats.read", {"self"} if caller.id == person_id else set())

    def work(unit: Unit) -> Seats:
        if person_id != caller.id:
            unit.require(Person, person_id)
        return seats_of(unit, person_id, clock.now())

    return store.reading(work)
