"""Mentors whom a mentee need not be told of: they are asked already, or at work together, or did not take it up."""

from matching.domain.seats import Seats
from matching.ports.unit import Unit


def spoken_for(unit: Unit, program_id: str, mentee_id: str, seats: Seats | None) -> frozenset[str]:
    """Whom the mentee waits for or works with, and who did not take up their request in the program.

    All of it moves the mentee's seats, so it holds as long as these stay at the version that was read before.
    """
    asked = {
        request.mentor_id
        for request in unit.asked_by(program_id, mentee_id)
        if request.state == "pending" or (request.state in ("declined", "expired") and request.made_by == "mentee")
    }
    # Whoever works with somebody holds a seat for it.
    if seats is not None and not seats.taken_at(program_id, "mentee"):
        return frozenset(asked)
    return frozenset(asked | {one.mentor_id for one in unit.live_mentorships_of(mentee_id, program_id)})
