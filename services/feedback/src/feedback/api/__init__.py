"""The HTTP API: load, name the caller, call the use case, dump."""

from feedback.api import health, journeys, reviews, sessions
from feedback.use_cases.data import gather
from servicekit.web import audit_log, data

BLUEPRINTS = (
    journeys.blueprint,
    sessions.blueprint,
    reviews.blueprint,
    health.blueprint,
    data.blueprint(gather),
    audit_log.blueprint,
)
