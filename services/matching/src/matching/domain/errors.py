"""The ways in which matching says no."""

from servicekit.refusals import Refusal


class NoSeatLeft(Refusal):
    """The mentor, or the mentee's wish, has no room for another mentorship."""


class NotAvailable(Refusal):
    """The other person cannot be asked; why is nobody's business but theirs (and, as a rule's name, the managers')."""


class NotEnrolled(Refusal):
    """The caller has no approved place in the program in the role that this needs."""


class NotEligible(Refusal):
    """The program is not for this person."""

    status = 403


class AlreadyEnrolled(Refusal):
    """The person has a live place in this program and role."""


class AlreadyAsked(Refusal):
    """A request between these two is waiting for its answer."""


class AlreadyPaired(Refusal):
    """These two have a live mentorship in this program."""


class TooManyOpenRequests(Refusal):
    """One of the two has as many open requests as the program allows."""


class DeadlinePassed(Refusal):
    """The time to answer is over."""


class ProgramFull(Refusal):
    """All places that the program has for this role are given."""


class TooManyRuns(Refusal):
    """As many runs of the program wait or are being computed as may at once."""


class TooManyQuestions(Refusal):
    """As many questions about runs of the program wait for an answer as may at once."""


class AlreadyPublishing(Refusal):
    """Another run of the program is being published."""
