"""Sign-in sessions: encrypted documents on the server behind one `__Host-` cookie that holds only a random key."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from pymongo.collection import Collection
from werkzeug.datastructures import CallbackDict

COOKIE = "__Host-mentormesh"
IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(hours=12)
# A session is touched at most this often, so that reading pages does not write on every request.
TOUCH = timedelta(minutes=1)
# Whoever renews the tokens has this long before another may try.
RENEWING = timedelta(seconds=15)

Documents = Collection[dict[str, Any]]


class Session(CallbackDict[str, Any], SessionMixin):
    """One browser's session: a dictionary that knows its secret key and whether it changed.

    `passive` is set by what a page does by itself (a live inbox): that keeps nobody signed in. `tokens` are the
    person's platform tokens, kept apart from the dictionary, since requests that run side by side share them.
    """

    def __init__(self, values: dict[str, Any], key: str | None, began: datetime, touched: datetime | None) -> None:
        super().__init__(values, _mark_modified)
        self.key = key
        self.began = began
        self.touched = touched
        self.modified = False
        self.passive = False
        self.previous: str | None = None
        self.granted: dict[str, Any] | None = None
        self.tokens: Tokens | None = None

    def rotate(self) -> None:
        """Get a new key: what an attacker may have planted before sign-in is worth nothing after it."""
        self.previous = self.previous or self.key
        self.key = None
        self.tokens = None
        self.modified = True


def _mark_modified(session: "CallbackDict[str, Any]") -> None:
    session.modified = True  # type: ignore[attr-defined]


class Vault:
    """The collection of sessions, sealed under a secret and found by the hash of their key."""

    def __init__(self, documents: Callable[[], Documents], secret: str, now: Callable[[], datetime]) -> None:
        self._cipher = Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))
        self.documents = documents
        self.now = now

    def seal(self, values: dict[str, Any]) -> bytes:
        """Encrypted JSON."""
        return self._cipher.encrypt(json.dumps(values).encode())

    def unseal(self, sealed: bytes | None) -> dict[str, Any]:
        """What was sealed; empty where there is nothing. Raises InvalidToken under another secret."""
        values: dict[str, Any] = json.loads(self._cipher.decrypt(sealed)) if sealed else {}
        return values


class Tokens:
    """One session's platform tokens, renewed by one request at a time.

    A refresh token is good once, and its reuse signs the person out: two requests that renewed side by side would.
    """

    def __init__(self, vault: Vault, id: str, held: dict[str, Any]) -> None:
        self._vault = vault
        self._id = id
        self._held = held

    def held(self) -> dict[str, Any]:
        """The tokens as this request knows them; empty when signed out."""
        return self._held

    def renewed(self, stale: dict[str, Any], renew: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """Tokens newer than `stale`, by whoever comes first; the others wait for them."""
        while (held := self._read()) == stale:
            if self._claim():
                held = self._renew(stale, renew)
                break
            time.sleep(0.05)
        self._held = held
        return held

    def _read(self) -> dict[str, Any]:
        document = self._vault.documents().find_one({"_id": self._id}) or {}
        return self._vault.unseal(document.get("tokens"))

    def _claim(self) -> bool:
        now = self._vault.now()
        free = {"_id": self._id, "$or": [{"renewing_until": None}, {"renewing_until": {"$lt": now}}]}
        claimed = self._vault.documents().update_one(free, {"$set": {"renewing_until": now + RENEWING}})
        return claimed.matched_count == 1

    def _renew(self, stale: dict[str, Any], renew: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        changes: dict[str, Any] = {"renewing_until": None}
        try:
            # Read once more: whoever held the claim before may have renewed them just now.
            held = self._read()
            if held != stale:
                return held
            fresh = renew(held)
            changes["tokens"] = self._vault.seal(fresh)
            return fresh
        finally:
            self._vault.documents().update_one({"_id": self._id}, {"$set": changes})


class MongoSessions(SessionInterface):
    """Keeps sessions in MongoDB: the id is a hash of the cookie, the content is encrypted."""

    def __init__(
        self, documents: Callable[[], Documents], secret: str, now: Callable[[], datetime] | None = None
    ) -> None:
        self._vault = Vault(documents, secret, now or (lambda: datetime.now(UTC)))

    def open_session(self, app: Flask, request: Request) -> Session:
        key = request.cookies.get(COOKIE, "")
        now = self._vault.now()
        held = self._vault.documents().find_one({"_id": _hash(key)}) if key else None
        if held is None or now - held["began"] > ABSOLUTE or now - held["touched"] > IDLE:
            return Session({}, None, now, None)
        try:
            values, tokens = self._vault.unseal(held["sealed"]), self._vault.unseal(held.get("tokens"))
        except InvalidToken:
            # Sealed under a former SESSION_SECRET: the person signs in again.
            return Session({}, None, now, None)
        session = Session(values, key, held["began"], held["touched"])
        session.tokens = Tokens(self._vault, _hash(key), tokens)
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, Session):
            raise TypeError("only sessions opened here are saved here")
        if session.previous:
            self._vault.documents().delete_one({"_id": _hash(session.previous)})
        if not session:
            if session.key:
                self._vault.documents().delete_one({"_id": _hash(session.key)})
                response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
            return
        now = self._vault.now()
        rested = session.touched is not None and now - session.touched < TOUCH
        if not session.modified and (rested or session.passive):
            return
        self._write(session, now, response)

    def _write(self, session: Session, now: datetime, response: Response) -> None:
        changes: dict[str, Any] = {"began": session.began, "sealed": self._vault.seal(dict(session))}
        if session.granted is not None:
            changes["tokens"] = self._vault.seal(session.granted)
        if not session.passive or session.touched is None:
            changes["touched"] = now
        if session.key is not None:
            # Never an upsert: a request that was under way while its person signed out must not bring them back.
            self._vault.documents().update_one({"_id": _hash(session.key)}, {"$set": changes})
            return
        key = secrets.token_urlsafe(32)
        self._vault.documents().insert_one({"_id": _hash(key), **changes})
        response.set_cookie(COOKIE, key, path="/", secure=True, httponly=True, samesite="Lax")


def prepare(documents: Documents) -> None:
    """Let the database forget sessions by itself once they cannot be used any more."""
    documents.create_index("began", expireAfterSeconds=int(ABSOLUTE.total_seconds()))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
