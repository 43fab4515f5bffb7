"""The composition root: the only place where objects meet; nothing connects at import."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import structlog
from flask import Flask

from profiles import repository
from profiles.api import BLUEPRINTS
from profiles.api.scim import blueprint as scim
from profiles.config import Settings
from profiles.domain.access import PortalClient
from profiles.handlers import handlers
from profiles.imports.folder import watch
from profiles.imports.work import work_through
from profiles.issuer.keys import SigningKeys, new_signing_key
from profiles.issuer.provider import DiscoveredKeys, OpenIdProvider, OpenIdProviders
from profiles.permissions import TABLE
from profiles.ports import IdentityProvider, Store
from profiles.timers import timers
from profiles.use_cases.admission import is_admitted
from profiles.use_cases.groups import apply_roles
from profiles.use_cases.setup import ensure_signing_key, make_first_people_admin
from servicekit import web
from servicekit.clock import Clock, SystemClock
from servicekit.config import BadSettings
from servicekit.mongo import MongoStore, open_store
from servicekit.refusals import InvalidInput, WrongState
from servicekit.tokens import Verifier
from servicekit.web.rates import Rates
from servicekit.worker import Loop, Worker, prepare

log = structlog.get_logger()


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


def create_worker(settings: Settings) -> Worker:
    """The worker: the relay, and whatever has handlers and clocks."""
    return Worker(
        service="profiles",
        store=_store(settings),
        kafka=settings.kafka,
        handlers=handlers(settings.erasure),
        timers=timers(
            settings.erasure, settings.signing_key_lifetime, partial(new_signing_key, settings.signing_key_secret)
        ),
        loops=_loops(settings),
        metrics_bind=settings.metrics_bind,
    )


def _loops(settings: Settings) -> tuple[Loop, ...]:
    """The imports, by one worker at a time; and the watched folder, where there is one."""
    imports = Loop("imports", work_through(settings.default_time_zone), every=0.5, leased=True)
    if not settings.import_folder:
        return (imports,)
    folder = watch(Path(settings.import_folder), settings.import_leavers)
    return (imports, Loop("import-folder", folder, every=2.0, leased=True))


def initialise(settings: Settings, arguments: Sequence[str]) -> None:
    """Make indexes, topics, a signing key and, where `--people-admin EMAIL` says whom, the first people admin.

    Raises:
        BadSettings: an argument is not as it must be.
    """
    email = _people_admin(arguments) or settings.people_admin
    store = _store(settings)
    prepare(settings, store, handlers(settings.erasure))
    clock = SystemClock()
    if ensure_signing_key(store, clock, partial(new_signing_key, settings.signing_key_secret)):
        log.info("signing-key-made")
    if regrouped := apply_roles(store, clock, settings.roles_by_group):
        log.info("roles-by-group-changed", groups=regrouped)
    if email:
        try:
            made = make_first_people_admin(store, clock, email, settings.default_time_zone)
        except (InvalidInput, WrongState) as refusal:
            advice = "name somebody by an e-mail address such as ana@example.com"
            raise BadSettings(f"--people-admin: {advice}. {refusal.detail}") from refusal
        log.info("people-admin", person=made, outcome="made" if made else "there-was-one")


def _people_admin(arguments: Sequence[str]) -> str:
    parser = argparse.ArgumentParser(prog="python -m profiles init", description="Prepare the profiles service.")
    parser.add_argument("--people-admin", metavar="EMAIL", default="", help="Who administers people first.")
    return str(parser.parse_args(list(arguments)).people_admin)


def _provider(settings: Settings) -> OpenIdProviders:
    return OpenIdProviders(
        OpenIdProvider(trust, DiscoveredKeys(trust.issuer, trust.discovery_url)) for trust in settings.providers
    )


def _store(settings: Settings) -> MongoStore[repository.Unit]:
    return open_store(settings, repository.Unit, repository.DOCUMENTS)
