"""The clocks: what is due, and the use case for it."""

from feedback.use_cases import health, reviews, sessions
from servicekit.timers import Timer

AT_ONCE = 100

TIMERS = (
    Timer(
        "session-reminder",
        due=lambda unit, now: unit.reminders_due(now, AT_ONCE),
        act=sessions.remind_of_session,
        every=5.0,
    ),
    Timer(
        "session-missed",
        due=lambda unit, now: unit.misses_due(now, AT_ONCE),
        act=sessions.miss_unheld_session,
        every=30.0,
    ),
    Timer(
        "review-close",
        due=lambda unit, now: unit.reviews_closing(now, AT_ONCE),
        act=reviews.close_review,
        every=30.0,
    ),
    Timer(
        "health-check",
        due=lambda unit, now: unit.health_checks_due(now, AT_ONCE),
        act=health.check_health,
        every=30.0,
    ),
)
