"""The HTTP API: load, name the caller, call the use case, dump."""

from profiles.api import clients, oauth, people, profiles, vocabularies

BLUEPRINTS = (people.blueprint, profiles.blueprint, vocabularies.blueprint, clients.blueprint, *oauth.BLUEPRINTS)
