"""Calls to the running platform in somebody's name, as an outside client makes them: signed in, patient, repeatable."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from mentormesh.stack.failures import StackFailure
from mentormesh.tokens import SignIn

PATIENCE_SECONDS = 90.0
TIMEOUT_SECONDS = 30
_RENEW_BEFORE_SECONDS = 60


class Refused(StackFailure):
    """A service refused a call; `status` and `slug` (the end of the problem's type) say how."""

    def __init__(self, call: str, status: int, slug: str, detail: str) -> None:
        self.status, self.slug = status, slug
        super().__init__(f"{call} was refused with {status} {slug}: {detail}")


@dataclass
class Platform:
    """The services' addresses, and a token for each person who acts."""

    urls: dict[str, str]
    sign_in: SignIn
    _own: threading.local = field(default_factory=threading.local)
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    def send(
        self,
        who: str,
        method: str,
        service: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        key: str | None = None,
        etag: str | None = None,
    ) -> dict[str, Any]:
        """The reply's JSON. What is not known yet, or too busy, or silent, is asked again until the patience ends.

        `key` makes a repeated call answer as the first did.

        Raises:
            Refused: the service said no, or went on asking for patience.
            StackFailure: it is not there, or said nothing to a call that must not be repeated.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                response = self._once(who, method, service, path, body, key, etag)
            except requests.Timeout as silence:
                if time.monotonic() < deadline and (key or method == "GET"):
                    continue
                raise StackFailure(
                    f"{service} at {self.urls[service]} did not answer in time. See `mentormesh status`; a second "
                    "`mentormesh seed` goes on where this one stopped."
                ) from silence
            if response.ok:
                reply: dict[str, Any] = response.json() if response.content else {}
                return reply
            problem = _problem(response)
            slug = str(problem.get("type", "")).rsplit("/", 1)[-1]
            wait = response.status_code in (429, 503) or slug == "not-yet-known"
            if not wait or time.monotonic() > deadline:
                detail = f"{problem.get('detail', '')} {problem.get('errors', '')}".strip()
                raise Refused(f"{method} {service} {path}", response.status_code, slug, detail)
            time.sleep(min(5.0, float(response.headers.get("Retry-After", 1))))

    @property
    def http(self) -> requests.Session:
        """This thread's connections."""
        if not hasattr(self._own, "http"):
            self._own.http = requests.Session()
        session: requests.Session = self._own.http
        return session

    def etag(self, who: str, service: str, path: str) -> str:
        """The present version of a resource, quoted as `If-Match` takes it."""
        response = self._once(who, "GET", service, path, None, None, None)
        return response.headers.get("ETag", '"0"')

    def _once(
        self,
        who: str,
        method: str,
        service: str,
        path: str,
        body: dict[str, Any] | None,
        key: str | None,
        etag: str | None,
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._token(who)}"}
        if key:
            headers["Idempotency-Key"] = key
        if etag:
            headers["If-Match"] = etag
        url = f"{self.urls[service]}{path}"
        try:
            return self.http.request(method, url, json=body, headers=headers, timeout=TIMEOUT_SECONDS)
        except requests.ConnectionError as error:
            raise StackFailure(
                f"{service} does not answer at {self.urls[service]}. See `mentormesh status`."
            ) from error

    def _token(self, who: str) -> str:
        token, until = self._tokens.get(who, ("", 0.0))
        if until < time.monotonic():
            reply = self.sign_in.token(who, self.http)
            token = str(reply["access_token"])
            life = float(reply.get("expires_in", 300))
            self._tokens[who] = (token, time.monotonic() + max(life - _RENEW_BEFORE_SECONDS, 1))
        return token


def _problem(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {"detail": response.text[:300]}
    return body if isinstance(body, dict) else {"detail": str(body)}
