"""The development identity provider of the local stack: anybody signs in as anybody, so it stays on this machine."""

import json
import sys
from collections.abc import Iterable
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from mentormesh.stack.failures import StackFailure
from mentormesh.stack.ports import HOST
from mentormesh.stack.processes import Part

CLIENT_ID = "portal"


def address(port: int) -> str:
    """The issuer, without a slash at its end."""
    return f"http://{HOST}:{port}"


def provider(port: int, people: Iterable[tuple[str, str]]) -> Part:
    """The provider, offering `people` (e-mail, name) as one-click sign-ins.

    Raises:
        StackFailure: it is not installed.
    """
    program = Path(sys.executable).parent / "oidc-provider-mock"
    if not program.exists():
        raise StackFailure("oidc-provider-mock is not installed. Run `make setup`, or install 'mentormesh[local]'.")
    argv = [str(program), "--host", HOST, "--port", str(port)]
    for email, name in people:
        argv += ["--user-claims", json.dumps({"sub": email, **claims(email, name)})]
    url = f"{address(port)}/.well-known/openid-configuration"
    return Part("identity", argv, lambda: healthy(url), address=address(port))


def claims(email: str, name: str) -> dict[str, object]:
    """What the provider says of a person."""
    return {"email": email, "email_verified": True, "name": name}


def register(issuer: str, email: str, name: str) -> None:
    """Tell the running provider who `email` is."""
    body = json.dumps(claims(email, name)).encode()
    url, host = dial(f"{issuer}/users/{quote(email, safe='')}")
    request = Request(url, body, {"Content-Type": "application/json", **host}, method="PUT")  # noqa: S310
    with urlopen(request, timeout=10) as reply:  # noqa: S310
        reply.read()


def dial(url: str) -> tuple[str, dict[str, str]]:
    """Where to connect for `url`, and the header that keeps its name.

    Every name below `.localhost` is this machine (RFC 6761). Browsers know; many systems' resolvers do not.
    """
    parts = urlsplit(url)
    if not (parts.hostname or "").endswith(".localhost"):
        return url, {}
    place = HOST if parts.port is None else f"{HOST}:{parts.port}"
    return parts._replace(netloc=place).geturl(), {"Host": parts.netloc}


def healthy(url: str) -> bool:
    """Whether `url` answers 200."""
    try:
        with urlopen(url, timeout=2) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except (URLError, TimeoutError, ConnectionError, HTTPException):
        return False
