"""Sign-in sessions: encrypted documents on the server behind one `__Host-` cookie that holds only a random key."""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from pymongo.errors import PyMongoError
from werkzeug.datastructures import CallbackDict

from portal.sign_ins import SignIn, SignIns
from portal.vault import ABSOLUTE, Documents, Vault, is_over

COOKIE = "__Host-mentormesh"
# A session is touched at most this often, so that reading pages does not write on every request.
TOUCH = timedelta(minutes=1)
# Whoever renews the tokens has this long before another may try.
RENEWING = timedelta(seconds=15)
# A provider that tells of an end may still be at it.
SETTLED = timedelta(seconds=5)

log = structlog.get_logger()


class Session(CallbackDict[str, Any], SessionMixin):
    """One browser's session: a dictionary that knows its secret key and whether it changed.

    `passive` is set by what a page does by itself (a live inbox): that keeps nobody signed in. `tokens` are the
    person's platform tokens, kept apart from the dictionary, since requests that run side by side share them. One
    that is `unreadable` stands for whatever the cookie names while the database is away: it is never kept, and signs
    nobody out. One that is `doubted` may have ended at its provider, which shows where its person signs in anew.
    """

    def __init__(self, values: dict[str, Any], key: str | None, began: datetime, touched: datetime | None) -> None:
        super().__init__(values, _mark_modified)
        self.key = key
        self.began = began
        self.touched = touched
        self.modified = False
        self.passive = False
        self.unreadable = False
        self.doubted = False
        self.previous: str | None = None
        self.granted: dict[str, Any] | None = None
        self.tokens: Tokens | None = None
        self.signed_in: SignIn | None = None

    @property
    def id(self) -> str:
        """What the session is called in lists; empty before it is kept."""
        return _hash(self.key) if self.key else ""

    def rotate(self) -> None:
        """Get a new key: what an attacker may have planted before sign-in is worth nothing after it."""
        self.previous = self.previous or self.key
        self.key = None
        self.tokens = None
        self.signed_in = None
        self.modified = True


def _mark_modified(session: "CallbackDict[str, Any]") -> None:
    session.modified = True  # type: ignore[attr-defined]


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
        self.sign_ins = SignIns(self._vault)

    def open_session(self, app: Flask, request: Request) -> Session:
        try:
            return self._open(request)
        except PyMongoError as failure:
            # Raised here, before there is a session, it would end in no page at all.
            log.warning("sessions-away", error=type(failure).__name__)
            session = Session({}, None, self._vault.now(), None)
            session.unreadable = True
            return session

    def _open(self, request: Request) -> Session:
        key = request.cookies.get(COOKIE, "")
        now = self._vault.now()
        held = self._vault.documents().find_one({"_id": _hash(key)}) if key else None
        if held is None or is_over(held, now):
            return Session({}, None, now, None)
        try:
            values, tokens = self._vault.unseal(held["sealed"]), self._vault.unseal(held.get("tokens"))
            sign_in = self._vault.unseal(held.get("sign_in"))
        except InvalidToken:
            # Sealed under a former SESSION_SECRET: the person signs in again.
            return Session({}, None, now, None)
        session = Session(values, key, held["began"], held["touched"])
        session.tokens = Tokens(self._vault, _hash(key), tokens)
        session.signed_in = SignIn(**sign_in) if sign_in else None
        session.doubted = "doubted" in held and now - held["doubted"] > SETTLED
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, Session):
            raise TypeError("only sessions opened here are saved here")
        if session.unreadable:
            return
        try:
            self._save(session, response)
        except PyMongoError as failure:
            # What was done is done, and a page's last word about it may be lost; a sign-in or sign-out may not.
            if not session or session.key is None or session.previous:
                raise
            log.warning("session-not-kept", error=type(failure).__name__)

    def _save(self, session: Session, response: Response) -> None:
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
        self._vault.documents().insert_one({"_id": _hash(key), **changes, **self._ownership(session.signed_in)})
        response.set_cookie(COOKIE, key, path="/", secure=True, httponly=True, samesite="Lax")

    def _ownership(self, sign_in: SignIn | None) -> dict[str, Any]:
        if sign_in is None:
            return {}
        mark = self._vault.mark
        return {
            "sign_in": self._vault.seal(asdict(sign_in)),
            "person": mark("person", sign_in.person_id),
            "account": mark("account", sign_in.issuer, sign_in.subject),
            "provider_session": mark("sid", sign_in.issuer, sign_in.sid) if sign_in.sid else None,
        }


def prepare(documents: Documents) -> None:
    """Let the database forget sessions by itself once they cannot be used any more."""
    documents.create_index("began", expireAfterSeconds=int(ABSOLUTE.total_seconds()))
    for owner in ("person", "account", "provider_session"):
        documents.create_index(owner, sparse=True)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
