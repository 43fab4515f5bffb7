"""Calls to the services with the signed-in person's token: refreshed in time, bounded in time, errors kept as words."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

import requests
import structlog
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

TIMEOUT = (2, 10)
# A file of hundreds of thousands of people is stored before it is answered for.
UPLOAD_TIMEOUT = (2, 300)
_BLOCK = 65_536
NOT_YET_KNOWN_FOR = 5.0
_REFRESH_BEFORE = 30
# A sign-in that was ended elsewhere is noticed this many seconds later.
ASKED_FOR = 5.0
_MOST_ASKED = 10_000
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a type, not a secret


log = structlog.get_logger()


class SignedOut(Exception):
    """The person's tokens are used up."""


class ServiceProblem(Exception):
    """A service refused, or did not answer.

    `status` is the HTTP status (503 for no answer), `slug` the last part of the problem's type, `errors` maps a field's
    pointer to its words, `service` is who said it.
    """

    def __init__(
        self, status: int, slug: str, detail: str, errors: dict[str, str] | None = None, service: str = ""
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.detail = detail
        self.errors = errors or {}
        self.service = service


class Tokens(Protocol):
    """Where one person's tokens are kept: `access_token`, `refresh_token`, `expires_at` (seconds since 1970)."""

    def held(self) -> dict[str, Any]:
        """The tokens as they are now; empty when signed out."""
        ...

    def renewed(self, stale: dict[str, Any], renew: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """Tokens newer than `stale`: those that another request renewed, else what `renew` makes of them."""
        ...


class JustGranted:
    """Tokens of a sign-in that is not a session yet."""

    def __init__(self, granted: dict[str, Any]) -> None:
        self._granted = granted

    def held(self) -> dict[str, Any]:
        return self._granted

    def renewed(self, stale: dict[str, Any], renew: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        return self._granted


@dataclass(frozen=True)
class Answer:
    """A service's reply: its JSON, and the version that a later change must name."""

    body: Any
    etag: str | None = None


def _http() -> requests.Session:
    session = requests.Session()
    # A kept connection that the other side just closed is no reason to show an error.
    retry = Retry(total=2, connect=1, read=1, status=0, allowed_methods={"GET", "PUT"}, backoff_factor=0.1)
    session.mount("http://", HTTPAdapter(pool_maxsize=32, max_retries=retry))
    session.mount("https://", HTTPAdapter(pool_maxsize=32, max_retries=retry))
    return session


@dataclass
class Services:
    """The four services as one person may use them; `said` gives the headers that every call of a page carries."""

    urls: dict[str, str]
    client_id: str
    client_secret: str
    said: Callable[[], dict[str, str]] = dict
    http: requests.Session = field(default_factory=_http)
    asked: dict[str, float] = field(default_factory=dict)

    def exchange(self, id_token: str) -> dict[str, Any]:
        """Trade a verified ID token for platform tokens.

        Raises:
            ServiceProblem: `not-provisioned` where nobody here has that identity.
        """
        return self._grant({"grant_type": _EXCHANGE, "subject_token": id_token, "subject_token_type": _ID_TOKEN})

    def require_live(self, tokens: Tokens) -> None:
        """Pass while the sign-in that the tokens descend from goes on, and where `profiles` cannot say.

        Asked every few seconds, by access token: an admin may have ended it, or its person left.

        Raises:
            SignedOut: it is over.
        """
        try:
            token = self.token(tokens)
            if time.monotonic() - self.asked.get(token, float("-inf")) < ASKED_FOR:
                return
            if len(self.asked) > _MOST_ASKED:
                self.asked.clear()
            self.asked[token] = time.monotonic()
            told = self._as_portal("/v1/oauth/introspect", {"token": token})
        except ServiceProblem as problem:
            log.warning("sign-in-not-asked-after", status=problem.status, problem=problem.slug)
            return
        if not told.get("active"):
            self.asked.pop(token, None)
            raise SignedOut

    def revoke(self, refresh_tokens: list[str]) -> None:
        """End the sign-ins that these descend from. Nobody holds the tokens any more, so a failure is only logged."""
        for token in refresh_tokens:
            try:
                self._as_portal("/v1/oauth/revoke", {"token": token})
            except ServiceProblem as problem:
                log.warning("sign-in-not-revoked", status=problem.status, problem=problem.slug)

    def get(self, tokens: Tokens, service: str, path: str, **query: Any) -> Answer:
        """Read."""
        return self._call(tokens, "GET", service, path, params=query)

    def send(
        self,
        tokens: Tokens,
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

    def upload(
        self,
        tokens: Tokens,
        service: str,
        path: str,
        file: IO[bytes],
        kind: str,
        *,
        key: str | None = None,
        **query: Any,
    ) -> Answer:
        """Send a file of this media type as it is, never whole in memory."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), "Content-Type": kind}
        return self._call(
            tokens, "POST", service, path, params=query, data=file, headers=headers, timeout=UPLOAD_TIMEOUT
        )

    def download(self, tokens: Tokens, service: str, path: str) -> Iterator[bytes]:
        """Read a file as it comes."""
        headers = {"Authorization": f"Bearer {self.token(tokens)}"}
        reply = self._request("GET", service, path, headers=headers, stream=True)
        if reply.status_code == 401:
            raise SignedOut
        if reply.status_code >= 400:
            raise _problem(reply, service)
        return reply.iter_content(_BLOCK)

    def _call(self, tokens: Tokens, method: str, service: str, path: str, **options: Any) -> Answer:
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {self.token(tokens)}"}
        deadline = time.monotonic() + NOT_YET_KNOWN_FOR
        while True:
            reply = self._request(method, service, path, headers=headers, **options)
            if reply.status_code < 400:
                return Answer(reply.json() if reply.content else None, reply.headers.get("ETag"))
            problem = _problem(reply, service)
            if problem.status == 401:
                raise SignedOut
            # What was just said to one service may be a moment away from another.
            if problem.slug != "not-yet-known" or time.monotonic() > deadline:
                raise problem
            time.sleep(0.3)

    def token(self, tokens: Tokens) -> str:
        """The person's access token, renewed where its time is nearly over. Raises SignedOut where there is none."""
        held = tokens.held()
        if "access_token" not in held:
            raise SignedOut
        if held["expires_at"] - time.time() < _REFRESH_BEFORE:
            held = tokens.renewed(held, self._refresh)
        if "access_token" not in held:
            raise SignedOut
        return str(held["access_token"])

    def _refresh(self, held: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._grant({"grant_type": "refresh_token", "refresh_token": held.get("refresh_token", "")})
        except ServiceProblem as problem:
            if problem.status >= 500:
                raise
            raise SignedOut from problem

    def _grant(self, form: dict[str, str]) -> dict[str, Any]:
        granted = self._as_portal("/v1/oauth/token", form)
        return {
            "access_token": granted["access_token"],
            "refresh_token": granted.get("refresh_token", ""),
            "expires_at": time.time() + granted["expires_in"],
        }

    def _as_portal(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        credentials = (self.client_id, self.client_secret)
        reply = self._request("POST", "profiles", path, data=form, auth=credentials)
        if reply.status_code >= 400:
            raise _problem(reply, "profiles")
        body: dict[str, Any] = reply.json()
        return body

    def _request(self, method: str, service: str, path: str, **options: Any) -> requests.Response:
        headers = {**self.said(), **options.pop("headers", {})}
        options.setdefault("timeout", TIMEOUT)
        try:
            return self.http.request(method, self.urls[service] + path, headers=headers, **options)
        except requests.RequestException as failure:
            raise ServiceProblem(503, "no-answer", f"{service} does not answer.", service=service) from failure


def _problem(reply: requests.Response, service: str) -> ServiceProblem:
    try:
        body = reply.json()
    except ValueError:
        body = {}
    # OAuth's token endpoint answers errors in its own form (RFC 6749, section 5.2).
    # What stands between us and a service may answer in its stead, without any of this.
    unnamed = "no-answer" if reply.status_code >= 500 else "refused"
    slug = str(body.get("type", body.get("error", unnamed))).rpartition("/")[2]
    detail = str(body.get("detail", body.get("error_description", "")))
    errors = {error.get("pointer", ""): error.get("detail", "") for error in body.get("errors", [])}
    return ServiceProblem(reply.status_code, slug, detail, errors, service)
