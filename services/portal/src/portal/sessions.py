"""Sign-in sessions: encrypted documents on the server behind one `__Host-` cookie that holds only a random key."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from cryptography.fernet import Fernet, InvalidToken
from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, PyMongoError
from werkzeug.datastructures import CallbackDict

COOKIE = "__Host-mentormesh"
IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(hours=12)
# A session is touched at most this often, so that reading pages does not write on every request.
TOUCH = timedelta(minutes=1)
# Whoever renews the tokens has this long before another may try.
RENEWING = timedelta(seconds=15)
# A provider that tells of an end may still be at it.
SETTLED = timedelta(seconds=5)

Documents = Collection[dict[str, Any]]
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Who signed in with a session, by which provider, and what browser said it was.

    `sid` is the provider's name for its own session, where it has one. Kept sealed; sessions are found by keyed hashes.
    """

    person_id: str
    provider: str
    issuer: str
    subject: str
    sid: str
    id_token: str
    browser: str
    system: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One session of a person's, as they are shown it."""

    id: str
    began: datetime
    touched: datetime
    sign_in: SignIn


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


class SignIns:
    """Everybody's sessions, for whoever may see or end them; ending gives the refresh tokens that are to be revoked."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of(self, person_id: str) -> list[Listed]:
        """The person's sessions that still count, the last used first."""
        held = (self._listed(document) for document in self._found({"person": self._vault.mark("person", person_id)}))
        return sorted((one for one in held if one), key=lambda one: one.touched, reverse=True)

    def end(self, person_id: str, session_id: str) -> list[str]:
        """End one of the person's sessions."""
        return self._end({"person": self._vault.mark("person", person_id), "_id": session_id})

    def end_others(self, person_id: str, session_id: str) -> list[str]:
        """End all of the person's sessions but this."""
        mine = {"person": self._vault.mark("person", person_id)}
        return [
            token for one in self._found(mine) if one["_id"] != session_id for token in self._end({"_id": one["_id"]})
        ]

    def end_by_provider(self, issuer: str, subject: str, sid: str) -> list[str]:
        """End what began by the provider's session `sid`; or, where it is not named, whatever the account began.

        A session whose ID token named no provider's session ends with its account.
        """
        account = self._vault.mark("account", issuer, subject)
        ended = self._end({"provider_session": self._vault.mark("sid", issuer, sid)}) if sid else []
        if subject:
            ended += self._end({"account": account, "provider_session": None} if sid else {"account": account})
        return ended

    def doubt(self, issuer: str, subject: str) -> None:
        """Let whatever the account began be signed in to anew, once the provider has done what it is doing.

        Keycloak, for one, names one session where an admin there ends all of an account's.
        """
        for document in list(self._found({"account": self._vault.mark("account", issuer, subject)})):
            self._vault.documents().update_one({"_id": document["_id"]}, {"$set": {"doubted": self._vault.now()}})

    def was_told(self, issuer: str, token_id: str) -> bool:
        """Whether the provider's logout token of that id was obeyed before."""
        return self._vault.documents().find_one({"_id": self._told(issuer, token_id)}) is not None

    def note_told(self, issuer: str, token_id: str) -> None:
        """Remember a logout token, so that it ends nothing a second time."""
        # Beside the sessions and as long, which is longer than such a token is good for.
        with suppress(DuplicateKeyError):
            self._vault.documents().insert_one({"_id": self._told(issuer, token_id), "began": self._vault.now()})

    def _told(self, issuer: str, token_id: str) -> str:
        return "told:" + self._vault.mark("told", issuer, token_id)

    def _found(self, where: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield from self._vault.documents().find(where)

    def _listed(self, document: dict[str, Any]) -> Listed | None:
        if is_over(document, self._vault.now()):
            return None
        try:
            sign_in = SignIn(**self._vault.unseal(document["sign_in"]))
        except InvalidToken:
            return None
        return Listed(id=document["_id"], began=document["began"], touched=document["touched"], sign_in=sign_in)

    def _end(self, where: dict[str, Any]) -> list[str]:
        tokens = []
        for document in list(self._found(where)):
            self._vault.documents().delete_one({"_id": document["_id"]})
            try:
                tokens.append(str(self._vault.unseal(document.get("tokens")).get("refresh_token", "")))
            except InvalidToken:
                continue  # sealed under a former secret: it counts for nobody any more
        return [token for token in tokens if token]


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


def is_over(document: dict[str, Any], now: datetime) -> bool:
    """Whether a session is too old, or was left alone for too long."""
    return bool(now - document["began"] > ABSOLUTE or now - document["touched"] > IDLE)


def prepare(documents: Documents) -> None:
    """Let the database forget sessions by itself once they cannot be used any more."""
    documents.create_index("began", expireAfterSeconds=int(ABSOLUTE.total_seconds()))
    for owner in ("person", "account", "provider_session"):
        documents.create_index(owner, sparse=True)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
