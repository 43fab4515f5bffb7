"""The refusals that are particular to journeys."""

from servicekit.refusals import Refusal


class JourneyClosed(Refusal):
    """The mentorship is paused or over, so its journey takes nothing new."""


class SessionNotHeld(Refusal):
    """A review needs a session that was held."""


class ReviewClosed(Refusal):
    """The review was revealed or its time is over, so its words stand."""
