"""Matching's clocks: what is due, and the use case for it."""

from matching.use_cases import programs, requests
from servicekit.timers import Timer

AT_ONCE = 100

TIMERS = (
    Timer("request-reminder", lambda unit, now: unit.requests_to_remind(now, AT_ONCE), requests.remind_request),
    Timer("request-expiry", lambda unit, now: unit.requests_overdue(now, AT_ONCE), requests.expire_request),
    Timer("program-course", lambda unit, now: unit.programs_due(now, AT_ONCE), programs.advance_program),
)
