"""The HTTP API: load, name the caller, call the use case, dump."""

from profiles.api import (
    clients,
    consents,
    directory,
    erasures,
    imports,
    oauth,
    people,
    profile_fields,
    profiles,
    sessions,
    vocabularies,
)
from profiles.use_cases.data import gather
from servicekit.web import audit_log, data

BLUEPRINTS = (
    people.blueprint,
    directory.blueprint,
    profiles.blueprint,
    profile_fields.blueprint,
    consents.blueprint,
    sessions.blueprint,
    vocabularies.blueprint,
    clients.blueprint,
    imports.blueprint,
    erasures.blueprint,
    data.blueprint(gather),
    audit_log.blueprint,
    *oauth.BLUEPRINTS,
)
