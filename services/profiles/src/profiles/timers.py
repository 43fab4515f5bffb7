"""The clocks of this service: pauses that are over, and questions of whose change the match is still being told.

Refresh tokens need none, an index removes them.
"""

from profiles.use_cases.profile_fields import retell_answers
from profiles.use_cases.profiles import end_pause
from servicekit.timers import Timer

AT_ONCE = 100

TIMERS: tuple[Timer, ...] = (
    Timer("pause-over", due=lambda unit, now: unit.pauses_over(now, AT_ONCE), act=end_pause, every=5.0),
    Timer("answers-retold", due=lambda unit, now: unit.fields_to_retell(), act=retell_answers, every=1.0),
)
