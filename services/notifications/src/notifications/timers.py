"""The clocks: deliveries that are due, be it for the first time or again."""

from functools import partial

from notifications.ports import Mailer
from notifications.use_cases.deliveries import deliver
from servicekit.timers import Timer

AT_ONCE = 100


def timers(mailer: Mailer, portal_url: str) -> tuple[Timer, ...]:
    """The clocks of this service, over the channel that they send by."""
    return (
        Timer(
            "delivery",
            due=lambda unit, now: unit.deliveries_due(now, AT_ONCE),
            act=partial(deliver, mailer=mailer, portal_url=portal_url),
            every=0.5,
        ),
    )
