"""The HTTP API: load, name the caller, call the use case, dump."""

from matching.api import enrolments, mentorships, programs, recommendations, requests, seats

BLUEPRINTS = (
    programs.blueprint,
    enrolments.blueprint,
    seats.blueprint,
    recommendations.blueprint,
    requests.blueprint,
    mentorships.blueprint,
)
