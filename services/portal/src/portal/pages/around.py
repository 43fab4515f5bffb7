"""What the pages stand on: the services, the identity providers, and everybody's sessions."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app

from portal.clients import Services
from portal.providers import Providers
from portal.sign_ins import SignIns


@dataclass(frozen=True, kw_only=True)
class Around:
    """Made once for the application; `consent_purposes` as in its settings."""

    services: Services
    providers: Providers
    sign_ins: SignIns
    portal_url: str
    consent_purposes: Mapping[str, Mapping[str, str]]


def around() -> Around:
    """The application's."""
    held: Around = current_app.extensions["around"]
    return held
