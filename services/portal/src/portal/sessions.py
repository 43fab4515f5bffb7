"""Sign-in sessions: encrypted documents on the server behind one `__Host-` cookie that holds only a random key."""

import base64
import hashlib
import json
import secrets
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

Documents = Collection[dict[str, Any]]


class Session(CallbackDict[str, Any], SessionMixin):
    """One browser's session: a dictionary that knows its secret key and whether it changed."""

    def __init__(self, values: dict[str, Any], key: str | None, began: datetime, touched: datetime | None) -> None:
        super().__init__(values, _mark_modified)
        self.key = key
        self.began = began
        self.touched = touched
        self.modified = False
        self.previous: str | None = None

    def rotate(self) -> None:
        """Get a new key: what an attacker may have planted before sign-in is worth nothing after it."""
        self.previous = self.previous or self.key
        self.key = None
        self.modified = True


def _mark_modified(session: "CallbackDict[str, Any]") -> None:
    session.modified = True  # type: ignore[attr-defined]


class MongoSessions(SessionInterface):
    """Keeps sessions in MongoDB: the id is a hash of the cookie, the content is encrypted."""

    def __init__(
        self, documents: Callable[[], Documents], secret: str, now: Callable[[], datetime] | None = None
    ) -> None:
        self._documents = documents
        self._cipher = Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))
        self._now = now or (lambda: datetime.now(UTC))

    def open_session(self, app: Flask, request: Request) -> Session:
        key = request.cookies.get(COOKIE, "")
        now = self._now()
        held = self._documents().find_one({"_id": _hash(key)}) if key else None
        if held is None or now - held["began"] > ABSOLUTE or now - held["touched"] > IDLE:
            return Session({}, None, now, None)
        try:
            values = json.loads(self._cipher.decrypt(held["sealed"]))
        except InvalidToken:
            # Sealed under a former SESSION_SECRET: the person signs in again.
            return Session({}, None, now, None)
        return Session(values, key, held["began"], held["touched"])

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, Session):
            raise TypeError("only sessions opened here are saved here")
        if session.previous:
            self._documents().delete_one({"_id": _hash(session.previous)})
        if not session:
            if session.key:
                self._documents().delete_one({"_id": _hash(session.key)})
                response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
            return
        now = self._now()
        if not session.modified and session.touched is not None and now - session.touched < TOUCH:
            return
        key = session.key or secrets.token_urlsafe(32)
        sealed = self._cipher.encrypt(json.dumps(dict(session)).encode())
        document = {"_id": _hash(key), "began": session.began, "touched": now, "sealed": sealed}
        self._documents().replace_one({"_id": document["_id"]}, document, upsert=True)
        if key != session.key:
            response.set_cookie(COOKIE, key, path="/", secure=True, httponly=True, samesite="Lax")


def prepare(documents: Documents) -> None:
    """Let the database forget sessions by itself once they cannot be used any more."""
    documents.create_index("began", expireAfterSeconds=int(ABSOLUTE.total_seconds()))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
