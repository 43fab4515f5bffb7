"""The worker, put together, and what is prepared once before it: it answers nobody, so it knows no API."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import structlog

from profiles import repository
from profiles.config import Settings
from profiles.handlers import handlers
from profiles.imports.folder import watch
from profiles.imports.work import work_through
from profiles.issuer.keys import new_signing_key
from profiles.timers import timers
from profiles.use_cases.groups import apply_roles
from profiles.use_cases.setup import ensure_signing_key, make_first_people_admin
from servicekit.clock import SystemClock
from servicekit.config import BadSettings
from servicekit.mongo import MongoStore, open_store
from servicekit.refusals import InvalidInput, WrongState
from servicekit.worker import Loop, Worker, prepare

log = structlog.get_logger()


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


def _store(settings: Settings) -> MongoStore[repository.Unit]:
    return open_store(settings, repository.Unit, repository.DOCUMENTS)
