"""The clocks of this service: erasures, signing keys, pauses, questions and merges whose change is being followed.

Refresh tokens need none, an index removes them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from profiles.domain.access import SigningKey
from profiles.domain.erasure import Pace
from profiles.use_cases.erasures import advance_erasure
from profiles.use_cases.keys import keys_due, turn_key
from profiles.use_cases.profile_fields import retell_answers
from profiles.use_cases.profiles import end_pause
from profiles.use_cases.vocabularies import follow_merges, profiles_behind_merges
from servicekit.timers import Timer

AT_ONCE = 100


def timers(pace: Pace, key_lifetime: timedelta, make_key: Callable[[datetime], SigningKey]) -> tuple[Timer, ...]:
    """The clocks, with how long erasures take and keys sign here."""
    return (
        Timer(
            "erasure",
            due=lambda unit, now: unit.erasures_due(now, AT_ONCE),
            act=partial(advance_erasure, pace=pace),
            every=1.0,
        ),
        Timer(
            "signing-key",
            due=lambda unit, now: keys_due(unit, now, key_lifetime),
            act=partial(turn_key, lifetime=key_lifetime, make_key=make_key),
            every=60.0,
        ),
        Timer("pause-over", due=lambda unit, now: unit.pauses_over(now, AT_ONCE), act=end_pause, every=5.0),
        Timer("answers-retold", due=lambda unit, now: unit.fields_to_retell(), act=retell_answers, every=1.0),
        Timer("merges", profiles_behind_merges, follow_merges, every=2.0),
    )
