"""The four services and the identity provider as the portal meets them: their bodies and refusals, kept in memory.

Every HTTP call of the portal's process ends here, so no unit test opens a socket. Bodies are those of the services'
own schemas; what a rule of theirs would refuse is refused by adding to `refusals`. One file for each service.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from .feedback import Feedback
from .held import URLS, Body, Refused, Route, moment
from .identity import CLIENT, ISSUER, PARTNER, Identity
from .matching import Matching
from .notifications import Notifications
from .people import People
from .profiles import Profiles
from .runs import Runs

__all__ = ["CLIENT", "ISSUER", "PARTNER", "URLS", "Body", "FakeServices", "Refused", "moment"]


class FakeServices(Identity, Profiles, People, Matching, Runs, Feedback, Notifications):
    """Ana (mentee), Ben (mentor), Cara (manages programs), Dora (administers people), and what they did so far."""

    def __init__(self) -> None:
        super().__init__()
        for id, name, roles in (
            ("prs_ana", "Ana Silva", ["employee"]),
            ("prs_ben", "Ben Okafor", ["employee"]),
            ("prs_cara", "Cara Lindqvist", ["employee", "program_manager"]),
            ("prs_dora", "Dora Achterberg", ["employee", "people_admin"]),
        ):
            self.add_person(id, name, roles)

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        """Answer one call."""
        url = urlsplit(str(request.url))
        host = str(url.hostname).removesuffix(".test")
        self.calls.append((str(request.method), host, url.path))
        self.queries.append(parse_qs(url.query))
        self.headers.append(dict(request.headers))
        if host in self.silent:
            raise requests.ConnectionError(f"{host} is silent")
        try:
            status, body, headers = self._answer(host, request, url.path, parse_qs(url.query))
        except Refused as refused:
            (status, body), headers = refused.reply, {}
        reply = requests.Response()
        reply.status_code = status
        reply._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        reply._content_consumed = True  # type: ignore[attr-defined]
        reply.headers.update({"Content-Type": "application/json", **headers})
        reply.request = request
        reply.url = str(request.url)
        return reply

    def _answer(
        self, host: str, request: requests.PreparedRequest, path: str, query: dict[str, list[str]]
    ) -> tuple[int, Any, dict[str, str]]:
        if (file := getattr(request.body, "read", None)) is not None:
            self.uploaded.append(file())
        raw = request.body.decode() if isinstance(request.body, bytes) else "" if file else str(request.body or "")
        if f"http://{host}.test" in (ISSUER, PARTNER):
            return 200, self._identity(f"http://{host}.test", path, raw), {}
        if path.startswith("/v1/oauth/"):
            return 200, self._oauth(path.rpartition("/")[2], dict(parse_qs(raw)), request), {}
        caller = self.granted.get(str(request.headers.get("Authorization", "")).removeprefix("Bearer "))
        if caller is None:
            raise Refused(401, "unauthenticated")
        for (method, pattern), refusals in self.refusals.items():
            if method == request.method and refusals and re.fullmatch(pattern, path):
                raise refusals.pop(0)
        for method, pattern, answer in self._routes():
            if method == request.method and (found := re.fullmatch(pattern, path)):
                if method == "POST":
                    assert request.headers.get("Idempotency-Key"), f"POST {path} without a key"
                body = json.loads(raw) if raw else {}
                self.asked_of = host
                return answer(caller, query, body, str(request.headers.get("If-Match", "")), *found.groups())
        raise AssertionError(f"the portal asked for {request.method} {host}{path}, which no service has")

    def _routes(self) -> Iterator[Route]:
        yield from self._routes_of_people()
        yield from self._routes_of_profiles()
        yield from self._routes_of_matching()
        yield from self._routes_of_runs()
        yield from self._routes_of_feedback()
        yield from self._routes_of_notifications()
