"""The HTTP API: load, name the caller, call the use case, dump."""

from profiles.api import clients, imports, oauth, people, profiles, vocabularies

BLUEPRINTS = (
    people.blueprint,
    profiles.blueprint,
    vocabularies.blueprint,
    clients.blueprint,
    imports.blueprint,
    *oauth.BLUEPRINTS,
)
