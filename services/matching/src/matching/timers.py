"""Matching's clocks: what is due, and the use case for it."""

from matching.use_cases import mentorships, programs, requests
from matching.use_cases.runs import computing, leaving
from servicekit.timers import Timer

AT_ONCE = 100

TIMERS = (
    Timer("request-reminder", lambda unit, now: unit.requests_to_remind(now, AT_ONCE), requests.remind_request),
    Timer("request-expiry", lambda unit, now: unit.requests_overdue(now, AT_ONCE), requests.expire_request),
    Timer("proposal-expiry", lambda unit, now: unit.proposed_overdue(now, AT_ONCE), mentorships.expire_mentorship),
    Timer("run-forgetting", lambda unit, now: unit.forgettings_due(now, AT_ONCE), leaving.forget_some),
    Timer("run-clearing", lambda unit, now: unit.runs_to_clear(AT_ONCE), computing.clear_some, every=5.0),
    Timer("program-course", lambda unit, now: unit.programs_due(now, AT_ONCE), programs.advance_program),
)
