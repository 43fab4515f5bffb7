"""The HTTP API: load, name the caller, call the use case, dump."""

from profiles.api import clients, oauth, people, profile_fields, profiles, vocabularies

BLUEPRINTS = (
    people.blueprint,
    profiles.blueprint,
    profile_fields.blueprint,
    vocabularies.blueprint,
    clients.blueprint,
    *oauth.BLUEPRINTS,
)
