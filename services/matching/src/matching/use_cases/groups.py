"""Where a pair that agreed goes: a mentorship of its own, or, in a program of groups, the mentor's group."""

from datetime import datetime

from matching.domain.mentorship import Mentorship
from matching.domain.program import Program
from matching.ports.unit import Unit
from matching.use_cases.seating import touch


def start_or_join(
    unit: Unit,
    program: Program,
    *,
    mentee_id: str,
    mentor_id: str,
    mentorship_id: str,
    now: datetime,
    request_id: str | None = None,
    run_id: str | None = None,
) -> Mentorship:
    """A new active mentorship; in a program of groups, a place in the mentor's group where there is one."""
    group = next(
        (
            one
            for one in (unit.live_mentorships_of(mentor_id, program.id) if program.kind == "group" else ())
            if one.mentor_id == mentor_id
        ),
        None,
    )
    if group is not None:
        touch(unit, group.people, now)
        mentorship, event = group.join(mentee_id)
    else:
        mentorship, event = Mentorship.start(
            id=mentorship_id,
            program_id=program.id,
            mentor_id=mentor_id,
            mentee_id=mentee_id,
            request_id=request_id,
            run_id=run_id,
            now=now,
        )
    return unit.save(mentorship, event)
