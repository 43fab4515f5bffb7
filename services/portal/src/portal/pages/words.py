"""The platform's codes in a reader's words: states, levels, kinds."""

from collections.abc import Iterable

from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context

from portal.pages import people_words, run_words
from portal.pages.language import N_, _

PARTS = {
    "profiles": N_("people and profiles"),
    "matching": N_("programs, requests and mentorships"),
    "feedback": N_("sessions and reviews"),
    "notifications": N_("the inbox"),
}
KINDS = {
    "one_to_one": N_("One to one"),
    "group": N_("Group"),
    "peer": N_("Peers"),
    "reverse": N_("Reverse"),
    "flash": N_("Flash"),
}
PROGRAM_STATES = {
    "draft": N_("Draft"),
    "open": N_("Open for applications"),
    "running": N_("Running"),
    "closing": N_("Closing"),
    "closed": N_("Closed"),
}
ENROLMENT_STATES = {
    "applied": N_("Waiting for approval"),
    "approved": N_("Approved"),
    "rejected": N_("Not accepted"),
    "waitlisted": N_("On the waiting list"),
    "paused": N_("Paused"),
    "withdrawn": N_("Withdrawn"),
}
REQUEST_STATES = {
    "pending": N_("Waiting for an answer"),
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
    "withdrawn": N_("Withdrawn"),
    "expired": N_("Not answered in time"),
    "superseded": N_("No longer open"),
}
MENTORSHIP_STATES = {
    "proposed": N_("Proposed"),
    "active": N_("Active"),
    "paused": N_("Paused"),
    "ended": N_("Ended"),
    "declined": N_("Declined"),
    "expired": N_("Expired"),
}
SESSION_STATES = {
    "scheduled": N_("Planned"),
    "held": N_("Held"),
    "missed": N_("Missed"),
    "cancelled": N_("Cancelled"),
}
LEVELS = {
    "thriving": N_("Thriving"),
    "steady": N_("Steady"),
    "at_risk": N_("At risk"),
    "silent": N_("Silent"),
}
HEALTH_REASONS = {
    "meeting_in_rhythm": N_("They meet in rhythm and the next session has a date."),
    "meeting": N_("They meet."),
    "just_started": N_("It has just started."),
    "no_recent_session": N_("No session for a while."),
    "nothing_held_yet": N_("No session has been held yet."),
    "nothing_planned": N_("No session is planned."),
    "missed_in_a_row": N_("The last two sessions were missed."),
}
ROLES = {"mentor": N_("Mentor"), "mentee": N_("Mentee")}
DECLINE_REASONS = {
    "no_time": N_("I have no time at the moment"),
    "not_a_fit": N_("I do not think we are a good fit"),
    "other_topic": N_("The topic is not mine"),
    "other": N_("Another reason"),
}
END_REASONS = {
    "completed": N_("We reached what we set out for"),
    "ended_early": N_("We are ending earlier than planned"),
    "not_a_fit": N_("We are not a good fit"),
}
COMPONENTS = {
    "skills": N_("Skills you want to learn"),
    "goals": N_("Themes you want help with"),
    "seniority": N_("Experience"),
    "availability": N_("Time in common"),
    "diversity": N_("Another point of view"),
}
CHANNELS = {"inbox": N_("In the inbox"), "email": N_("By e-mail")}
NOTICES = {
    "enrolment_approved": N_("My place in a program is approved"),
    "enrolment_rejected": N_("My application is not accepted"),
    "enrolment_waitlisted": N_("I am on a waiting list"),
    "request_received": N_("Somebody asks me"),
    "request_accepted": N_("My request is accepted"),
    "request_declined": N_("My request is declined"),
    "request_reminded": N_("An answer of mine is due"),
    "request_expired": N_("A request was not answered in time"),
    "request_withdrawn": N_("A request to me is withdrawn"),
    "request_superseded": N_("A request is no longer open"),
    "request_rerouted": N_("My next choice is asked for me"),
    "mentorship_proposed": N_("A mentorship is proposed to me"),
    "mentorship_declined": N_("A proposed mentorship is declined"),
    "mentorship_expired": N_("A proposed mentorship is not confirmed in time"),
    "mentorship_started": N_("A mentorship starts"),
    "mentorship_ended": N_("A mentorship ends"),
    "session_scheduled": N_("A session is planned"),
    "session_rescheduled": N_("A session moves"),
    "session_cancelled": N_("A session is called off"),
    "session_reminded": N_("A session is near"),
    "session_missed": N_("A session was missed"),
    "review_due": N_("A review of mine is due"),
    "review_revealed": N_("I can read a review"),
    "place_free": N_("A place in a program of mine is free"),
    "run_ready": N_("A match that I started is ready"),
    "run_failed": N_("A match that I started failed"),
    "run_published": N_("A match that I started is published"),
}
QUESTION_KINDS = {
    "choice": N_("One of several answers"),
    "choices": N_("Any of several answers"),
    "yes_no": N_("Yes or no"),
    "number": N_("A number"),
    "text": N_("A few words"),
}
_ALL = {
    "part": PARTS, "kind": KINDS, "program_state": PROGRAM_STATES, "enrolment_state": ENROLMENT_STATES,
    "request_state": REQUEST_STATES, "mentorship_state": MENTORSHIP_STATES, "session_state": SESSION_STATES,
    "level": LEVELS, "health_reason": HEALTH_REASONS, "role": ROLES, "decline_reason": DECLINE_REASONS,
    "end_reason": END_REASONS, "component": COMPONENTS, "channel": CHANNELS, "notice": NOTICES,
    "question_kind": QUESTION_KINDS, **run_words.CODES, **people_words.CODES,
}  # fmt: skip


def register(app: Flask) -> None:
    """Give templates `in_words`."""
    app.add_template_filter(_in_readers_words, "in_words")
    app.add_template_global(minutes_options)
    app.add_template_global(kinds_options)
    app.add_template_global(kinds_of_question)


def in_words(code: str, of: str) -> str:
    """The words for a code of one kind; a code that is not known is shown as words of its own."""
    known = _ALL[of].get(code)
    return _(known) if known else str(code).replace("_", " ").capitalize()


@pass_context
def _in_readers_words(context: Context, code: str, of: str) -> str:
    """Without the context Jinja would word a constant code once for all, while it compiles, in nobody's language."""
    return in_words(code, of)


def minutes_options(lengths: Iterable[int]) -> list[tuple[int, str]]:
    """Lengths of a session to choose from."""
    return [(minutes, _("%(minutes)s minutes", minutes=minutes)) for minutes in lengths]


def kinds_options(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Kinds of program to choose from."""
    return [(kind, in_words(kind, "kind")) for kind in kinds]


def kinds_of_question(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Kinds of answer to choose from."""
    return [(kind, in_words(kind, "question_kind")) for kind in kinds]
