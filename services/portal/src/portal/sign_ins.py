"""Who is signed in with which session, for whoever may see or end them."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.fernet import InvalidToken
from pymongo.errors import DuplicateKeyError

from portal.vault import Vault, is_over


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
