"""The HTTP API: load, name the caller, call the use case, dump."""

from notifications.api import deliveries, events, messages, preferences
from notifications.use_cases.data import gather
from servicekit.web import audit_log, data

BLUEPRINTS = (
    messages.blueprint,
    preferences.blueprint,
    deliveries.blueprint,
    events.blueprint,
    data.blueprint(gather),
    audit_log.blueprint,
)
