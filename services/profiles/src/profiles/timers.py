"""The clocks of this service: none, since only refresh tokens have a deadline here, and an index removes those."""

from servicekit.timers import Timer

TIMERS: tuple[Timer, ...] = ()
