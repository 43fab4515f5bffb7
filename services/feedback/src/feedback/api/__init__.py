"""The HTTP API: load, name the caller, call the use case, dump."""

from feedback.api import health, journeys, reviews, sessions

BLUEPRINTS = (journeys.blueprint, sessions.blueprint, reviews.blueprint, health.blueprint)
