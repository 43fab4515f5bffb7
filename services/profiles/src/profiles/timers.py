"""The clocks of this service: profiles follow the skills and themes that were merged into others.

Refresh tokens are no clock's: an index removes them.
"""

from profiles.use_cases.vocabularies import follow_merges, profiles_behind_merges
from servicekit.timers import Timer

TIMERS: tuple[Timer, ...] = (Timer("merges", profiles_behind_merges, follow_merges, every=2.0),)
