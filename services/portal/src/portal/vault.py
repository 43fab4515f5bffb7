"""The collection of sessions: encrypted documents, found by hashes that tell nobody whose they are."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from pymongo.collection import Collection

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(hours=12)

Documents = Collection[dict[str, Any]]


class Vault:
    """The collection of sessions, sealed under a secret and found by the hash of their key."""

    def __init__(self, documents: Callable[[], Documents], secret: str, now: Callable[[], datetime]) -> None:
        self._cipher = Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))
        self._marking = hashlib.sha256(f"marks:{secret}".encode()).digest()
        self.documents = documents
        self.now = now

    def seal(self, values: dict[str, Any]) -> bytes:
        """Encrypted JSON."""
        return self._cipher.encrypt(json.dumps(values).encode())

    def unseal(self, sealed: bytes | None) -> dict[str, Any]:
        """What was sealed; empty where there is nothing. Raises InvalidToken under another secret."""
        values: dict[str, Any] = json.loads(self._cipher.decrypt(sealed)) if sealed else {}
        return values

    def mark(self, kind: str, *parts: str) -> str:
        """What a person, an account or a provider's session is found by, and which tells nobody else who it is."""
        return hmac.new(self._marking, json.dumps([kind, *parts]).encode(), hashlib.sha256).hexdigest()


def is_over(document: dict[str, Any], now: datetime) -> bool:
    """Whether a session is too old, or was left alone for too long."""
    return bool(now - document["began"] > ABSOLUTE or now - document["touched"] > IDLE)
