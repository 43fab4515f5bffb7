"""Calls to the services with the signed-in person's token: refreshed in time, bounded in time, errors kept as words."""

import time
import uuid
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

import requests

TIMEOUT = (2, 10)
NOT_YET_KNOWN_FOR = 5.0
_REFRESH_BEFORE = 30
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a type, not a secret


class SignedOut(Exception):  # noqa: N818 - not a fault: the person signs in again
    """The person's tokens are used up."""


class ServiceProblem(Exception):  # noqa: N818 - a service's answer, shown to the person
    """A service refused, or did not answer.

    `status` is the HTTP status (503 for no answer), `slug` the last part of the problem's type, `errors` maps a field's
    pointer to its words.
    """

    def __init__(self, status: int, slug: str, detail: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.detail = detail
        self.errors = errors or {}


@dataclass(frozen=True)
class Answer:
    """A service's reply: its JSON, and the version that a later change must name."""

    body: Any
    etag: str | None = None


@dataclass
class Services:
    """The four services as one person may use them; `tokens` is that person's session."""

    urls: dict[str, str]
    client_id: str
    client_secret: str
    http: requests.Session = field(default_factory=requests.Session)

    def exchange(self, tokens: MutableMapping[str, Any], id_token: str) -> None:
        """Trade a verified ID token for platform tokens, kept in `tokens`.

        Raises:
            ServiceProblem: `not-provisioned` where nobody here has that identity.
        """
        self._grant(
            tokens, {"grant_type": _EXCHANGE, "subject_token": id_token, "subject_token_type": _ID_TOKEN}
        )

    def get(self, tokens: MutableMapping[str, Any], service: str, path: str, **query: Any) -> Answer:
        """Read."""
        return self._call(tokens, "GET", service, path, params=query)

    def send(
        self,
        tokens: MutableMapping[str, Any],
        method: str,
        service: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        etag: str | None = None,
    ) -> Answer:
        """Change; `key` is the form's idempotency key, `etag` the version that the form showed."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())} if method == "POST" else {}
        if etag is not None:
            headers["If-Match"] = etag
        return self._call(tokens, method, service, path, json=body if body is not None else {}, headers=headers)

    def _call(
        self, tokens: MutableMapping[str, Any], method: str, service: str, path: str, **options: Any
    ) -> Answer:
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {self._token(tokens)}"}
        deadline = time.monotonic() + NOT_YET_KNOWN_FOR
        while True:
            reply = self._request(method, self.urls[service] + path, headers=headers, **options)
            if reply.status_code < 400:
                return Answer(reply.json() if reply.content else None, reply.headers.get("ETag"))
            problem = _problem(reply)
            if problem.status == 401:
                raise SignedOut
            # What was just said to one service may be a moment away from another.
            if problem.slug != "not-yet-known" or time.monotonic() > deadline:
                raise problem
            time.sleep(0.3)

    def _token(self, tokens: MutableMapping[str, Any]) -> str:
        if "access_token" not in tokens:
            raise SignedOut
        if tokens["expires_at"] - time.time() < _REFRESH_BEFORE:
            try:
                self._grant(tokens, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
            except ServiceProblem as problem:
                if problem.status >= 500:
                    raise
                raise SignedOut from problem
        return str(tokens["access_token"])

    def _grant(self, tokens: MutableMapping[str, Any], form: dict[str, str]) -> None:
        credentials = (self.client_id, self.client_secret)
        reply = self._request("POST", self.urls["profiles"] + "/v1/oauth/token", data=form, auth=credentials)
        if reply.status_code >= 400:
            raise _problem(reply)
        granted = reply.json()
        tokens["access_token"] = granted["access_token"]
        tokens["expires_at"] = time.time() + granted["expires_in"]
        if "refresh_token" in granted:
            tokens["refresh_token"] = granted["refresh_token"]

    def _request(self, method: str, url: str, **options: Any) -> requests.Response:
        try:
            return self.http.request(method, url, timeout=TIMEOUT, **options)
        except requests.RequestException as failure:
            raise ServiceProblem(503, "no-answer", "A part of MentorMesh does not answer right now.") from failure


def _problem(reply: requests.Response) -> ServiceProblem:
    try:
        body = reply.json()
    except ValueError:
        body = {}
    # OAuth's token endpoint answers errors in its own form (RFC 6749, section 5.2).
    slug = str(body.get("type", body.get("error", ""))).rpartition("/")[2]
    detail = str(body.get("detail", body.get("error_description", "The request was refused.")))
    errors = {error.get("pointer", ""): error.get("detail", "") for error in body.get("errors", [])}
    return ServiceProblem(reply.status_code, slug, detail, errors)
