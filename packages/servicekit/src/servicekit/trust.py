"""Whom a service trusts: the issuer of its settings, by keys that are kept in its own database across restarts."""

from typing import Any

import structlog
from pymongo.database import Database
from pymongo.errors import PyMongoError

from servicekit.config import KitSettings
from servicekit.tokens import Jwks, RemoteKeys, Verifier

_KEPT = "issuer-keys"

log = structlog.get_logger()


def verifier(settings: KitSettings, database: Database[dict[str, Any]]) -> Verifier:
    """A verifier of platform tokens that still serves where the issuer is away when this process starts."""
    kept = database["trust"]

    def recall() -> Jwks | None:
        try:
            found = kept.find_one({"_id": _KEPT})
        except PyMongoError as failure:
            log.warning("issuer-keys-not-recalled", error=type(failure).__name__)
            return None
        return found["jwks"] if found else None

    def remember(jwks: Jwks) -> None:
        try:
            kept.replace_one({"_id": _KEPT}, {"jwks": dict(jwks)}, upsert=True)
        except PyMongoError as failure:
            # They are held in memory all the same; only the next restart would miss them.
            log.warning("issuer-keys-not-kept", error=type(failure).__name__)

    return Verifier(settings.token_issuer, settings.token_audience, RemoteKeys(settings.jwks_url, recall, remember))
