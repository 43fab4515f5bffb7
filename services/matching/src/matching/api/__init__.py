"""The HTTP API: load, name the caller, call the use case, dump."""

from matching.api import enrolments, mentorships, programs, recommendations, requests, runs, seats
from matching.use_cases.data import gather
from servicekit.web import audit_log, data

BLUEPRINTS = (
    programs.blueprint,
    enrolments.blueprint,
    seats.blueprint,
    recommendations.blueprint,
    requests.blueprint,
    mentorships.blueprint,
    runs.blueprint,
    data.blueprint(gather),
    audit_log.blueprint,
)
