"""The web application, put together: what serves meets here, and nothing connects at import."""

from functools import partial

from flask import Flask

from profiles import repository
from profiles.api import BLUEPRINTS
from profiles.api.scim import blueprint as scim
from profiles.config import Settings
from profiles.domain.access import PortalClient
from profiles.issuer.keys import SigningKeys
from profiles.issuer.provider import DiscoveredKeys, OpenIdProvider, OpenIdProviders
from profiles.permissions import TABLE
from profiles.ports import IdentityProvider, Store
from profiles.use_cases.admission import is_admitted
from servicekit import web
from servicekit.clock import Clock, SystemClock
from servicekit.mongo import MongoStore, open_store
from servicekit.tokens import Verifier
from servicekit.web.rates import Rates


def create_app(settings: Settings) -> Flask:
    """The web application over MongoDB; called in each web process after its fork."""
    return assemble(settings, _store(settings), SystemClock(), _provider(settings))


def assemble(settings: Settings, store: Store, clock: Clock, provider: IdentityProvider) -> Flask:
    """The web application over any store and identity provider."""
    keys = SigningKeys(store, clock, settings.signing_key_secret, settings.token_issuer, settings.token_audience)
    # The issuer of tokens asks itself for its keys, so it verifies before it could answer anybody.
    verifier = Verifier(settings.token_issuer, settings.token_audience, keys)
    app = web.create_app(
        service="profiles",
        store=store,
        clock=clock,
        blueprints=BLUEPRINTS,
        permissions=TABLE,
        verifier=verifier,
        cursor_secret=settings.cursor_secret,
        admits=partial(is_admitted, store, clock),
        ready=keys.check,
        rates=Rates.of(settings),
        extras={
            "keys": keys,
            "provider": provider,
            "verifier": verifier,
            "portal": PortalClient(settings.portal_client_id, settings.portal_client_secret),
            "pace": settings.erasure,
            "default_time_zone": settings.default_time_zone,
            "roles_by_group": settings.roles_by_group,
            "import_leavers": settings.import_leavers,
        },
    )
    # SCIM describes itself, so it is no part of the OpenAPI document (docs/decisions/0014-scim-by-a-library.md).
    app.register_blueprint(scim)
    return app


def _provider(settings: Settings) -> OpenIdProviders:
    return OpenIdProviders(
        OpenIdProvider(trust, DiscoveredKeys(trust.issuer, trust.discovery_url)) for trust in settings.providers
    )


def _store(settings: Settings) -> MongoStore[repository.Unit]:
    return open_store(settings, repository.Unit, repository.DOCUMENTS)
