"""The HTTP API: load, name the caller, call the use case, dump."""

from notifications.api import deliveries, events, messages, preferences

BLUEPRINTS = (messages.blueprint, preferences.blueprint, deliveries.blueprint, events.blueprint)
