"""A person or client of the running platform, as tests play them: plain HTTP, patience, and words for a failure."""

import io
import json
import subprocess
import tarfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any, TypeVar

import requests

from mentormesh.stack.identity import register
from mentormesh.tokens import SignIn

T = TypeVar("T")
PATIENCE = 30.0


@dataclass
class Actor:
    """Somebody with a platform token."""

    services: dict[str, str]
    token: Callable[[], str]

    def call(self, method: str, service: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """One call; creating posts carry a fresh idempotency key unless `key` is given."""
        headers = {"Authorization": f"Bearer {self.token()}", **options.pop("headers", {})}
        if method == "POST":
            headers.setdefault("Idempotency-Key", options.pop("key", None) or str(uuid.uuid4()))
        url = f"{self.services[service]}/v1{path}"
        return requests.request(method, url, json=body, headers=headers, timeout=15, **options)

    def get(self, service: str, path: str, **query: Any) -> Any:
        """Read; anything but success fails the test with the problem's words."""
        return _good(self.call("GET", service, path, params=query)).json()

    def post(self, service: str, path: str, body: Any = None) -> Any:
        """Do; what may be answered otherwise in a second is asked again under the same key, as a good client does."""
        key = str(uuid.uuid4())

        def attempt() -> list[requests.Response]:
            reply = self.call("POST", service, path, {} if body is None else body, key=key)
            # A reference that has not travelled yet, or a crowd at one document. In a list, since a reply that
            # refuses counts as false.
            return [] if reply.status_code in (409, 503) and "Retry-After" in reply.headers else [reply]

        return _good(eventually(attempt)[0]).json()

    def put(self, service: str, path: str, body: Any) -> Any:
        """Replace: read the present version first, where there is one, and name it."""
        etag = self.call("GET", service, path).headers.get("ETag", "*")
        return _good(self.call("PUT", service, path, body, headers={"If-Match": etag})).json()


def sign_in(platform: dict[str, Any], email: str) -> str:
    """A platform token for the person of that address, got as the portal gets it."""
    secret = platform.get("client_secret")
    if secret is None:
        secret = json.loads((Path(platform["root"]) / "secrets.json").read_text())["OIDC_CLIENT_SECRET"]
    register(platform["identity"], email, email)
    with requests.Session() as session:
        token = SignIn(platform["identity"], platform["services"]["profiles"], secret).token(email, session)
    return str(token["access_token"])


def mails(platform: dict[str, Any]) -> list[Message]:
    """Everything that the mail sink received, whether it writes to a folder here or inside a container."""
    place = str(platform["mail"])
    if not place.startswith("compose:"):
        return [message_from_bytes(path.read_bytes()) for path in Path(place).rglob("*.eml")]
    service, _, path = place.removeprefix("compose:").partition(":")
    # Not `docker compose cp`, which does not see a container's tmpfs.
    copy = ["docker", "compose", "exec", "-T", service, "tar", "-C", path, "-c", "."]
    with tarfile.open(fileobj=io.BytesIO(subprocess.run(copy, check=True, capture_output=True).stdout)) as archive:
        files = [archive.extractfile(one) for one in archive if one.name.endswith(".eml")]
        return [message_from_bytes(file.read()) for file in files if file]


def eventually(look: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """What `look` finds, waiting for events to travel; fails after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"nothing after {patience} s: {look.__qualname__}"
        time.sleep(0.1)


def _good(reply: requests.Response) -> requests.Response:
    request = reply.request
    assert reply.ok, f"{request.method} {request.url} {request.body!r} -> {reply.status_code} {reply.text}"
    return reply
