"""Keycloak itself for tests: fetched by Maven, started with a realm, asked as an admin, signed in at by its form."""

import base64
import hashlib
import html
import http.cookiejar
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from mentormesh.config import Told
from mentormesh.stack.identity import healthy
from mentormesh.stack.kafka import java_version
from mentormesh.stack.ports import HOST
from mentormesh.stack.processes import Part, start, stop, wait_ready

REALM, CLIENT, SECRET = "harbour", "mentormesh", "the-secret-of-the-keycloak-client"
ADMIN, ADMIN_PASSWORD = "admin", "admin-of-the-test"
_UNPACK = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack-dependencies"
# What is settled before a start; unsettled, each would settle it first.
_BUILD = ("--db=dev-mem",)
_FETCH_SECONDS, _START_SECONDS, _CALL_SECONDS = 300, 300, 60


def why_not() -> str | None:
    """What this machine lacks to run Keycloak; None where it lacks nothing."""
    version = java_version()
    if version is None or version < 17:
        return "Java 17 or later (Debian: openjdk-17-jre-headless)"
    return None if shutil.which("mvn") else "Maven (Debian: maven)"


@dataclass
class Keycloak:
    """A running one; its realm's clients come back to the portal that it was started for."""

    url: str

    @property
    def issuer(self) -> str:
        """What the realm calls itself."""
        return f"{self.url}/realms/{REALM}"

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the realm's admin API; anything but success fails the test."""
        form = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": ADMIN,
            "password": ADMIN_PASSWORD,
        }
        where = f"{self.url}/realms/master/protocol/openid-connect/token"
        token = requests.post(where, data=form, timeout=_CALL_SECONDS).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.url}/admin/realms/{REALM}{path}"
        reply = requests.request(method, url, json=body, headers=headers, timeout=_CALL_SECONDS)
        assert reply.ok, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def user_id(self, username: str) -> str:
        """What Keycloak calls a user; also the `sub` of their tokens."""
        (user,) = self.admin("GET", f"/users?exact=true&username={username}")
        return str(user["id"])

    @contextmanager
    def naming_no_sessions(self) -> Iterator[None]:
        """For a while, tell our client of a logout by the account alone (`sub`), not by the session (`sid`)."""
        (client,) = self.admin("GET", f"/clients?clientId={CLIENT}")
        attributes = {**client["attributes"], "backchannel.logout.session.required": "false"}
        self.admin("PUT", f"/clients/{client['id']}", {**client, "attributes": attributes})
        try:
            yield
        finally:
            self.admin("PUT", f"/clients/{client['id']}", client)

    def exchange_keys(self) -> None:
        """Sign by a new key from now on, and serve the former ones no longer."""
        realm = self.admin("GET", "")
        kind = {"parentId": realm["id"], "providerType": "org.keycloak.keys.KeyProvider", "providerId": "rsa-generated"}
        old = [one for one in self.admin("GET", "/components?type=org.keycloak.keys.KeyProvider")
               if one["providerId"] == "rsa-generated"]  # fmt: skip
        config = {
            "priority": ["900"],
            "algorithm": ["RS256"],
            "keySize": ["2048"],
            "enabled": ["true"],
            "active": ["true"],
        }
        self.admin("POST", "/components", {"name": secrets.token_hex(4), **kind, "config": config})
        for one in old:
            self.admin("DELETE", f"/components/{one['id']}")

    def token_reply(self, code: str, verifier: str, redirect: str) -> requests.Response:
        """Trade a code for tokens as our client, with whatever verifier."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "code_verifier": verifier,
        }
        return requests.post(f"{self.issuer}/protocol/openid-connect/token", data=form, timeout=_CALL_SECONDS)

    def code(self, browser: "Browser", username: str, redirect: str) -> tuple[str, str]:
        """A code of a fresh sign-in, and the verifier that belongs to it."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": redirect,
            "scope": "openid email profile",
            "state": "s",
            "nonce": "n",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        form = browser.get(f"{self.issuer}/protocol/openid-connect/auth", params=asked)
        back = browser.log_in(form, username, follow=False).headers["Location"]
        return dict(parse_qsl(urlsplit(back).query))["code"], verifier


class Cookies(requests.cookies.RequestsCookieJar):
    """As in browsers, this machine counts as safe without https."""

    def set_cookie(self, cookie: http.cookiejar.Cookie, *arguments: Any, **options: Any) -> None:
        cookie.secure = False
        super().set_cookie(cookie, *arguments, **options)


class Browser(requests.Session):
    """A browser by hand: cookies, and forms that are read off the page."""

    def __init__(self) -> None:
        super().__init__()
        self.cookies = Cookies()

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        options.setdefault("timeout", _CALL_SECONDS)
        return super().request(*arguments, **options)

    def log_in(self, page: requests.Response, username: str, *, follow: bool = True) -> requests.Response:
        """Fill Keycloak's form with the password that the realm's file gives."""
        found = re.search(r'<form[^>]*\baction="([^"]+)"', page.text)
        assert found, f"{page.url} is no form to sign in with: {page.text[:500]}"
        typed = {"username": username, "password": f"{username}-of-the-test"}
        return self.post(html.unescape(found[1]), data=typed, allow_redirects=follow)

    def press(self, url: str, page: str, action: str) -> requests.Response:
        """Send the form of a portal's page with this action (a regular expression)."""
        return self._send(self.get(f"{url}{page}"), action)

    def log_out(self, issuer: str) -> requests.Response:
        """Sign out at Keycloak itself: it asks whether one means it."""
        return self._send(self.get(f"{issuer}/protocol/openid-connect/logout"), r"[^\"]*/logout-confirm[^\"]*")

    def _send(self, page: requests.Response, action: str) -> requests.Response:
        found = re.search(rf'<form\b[^>]*\baction="({action})"[^>]*>(.*?)</form>', page.text, re.S)
        assert found, f"no form {action} on {page.url}: {page.text[:500]}"
        hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[2]))
        return self.post(urljoin(page.url, html.unescape(found[1])), data=hidden)


@contextmanager
def running(folder: Path, port: int, portal: str, files: Path) -> Iterator[Keycloak]:
    """Keycloak, at home in `folder` and listening on `port`, with the realm of `files` for a portal at `portal`."""
    home = _home(folder, _built(files / "pom.xml"))
    (home / "data" / "import" / "realm.json").write_text((files / "realm.json").read_text().replace("PORTAL", portal))
    url = f"http://{HOST}:{port}"
    options = ["--http-enabled=true", f"--http-host={HOST}", f"--http-port={port}", f"--hostname={url}"]
    part = Part(
        "keycloak",
        # Maven forgets that scripts may be run.
        ["bash", str(home / "bin" / "kc.sh"), "start", "--optimized", "--import-realm", "--cache=local", *options],
        ready=lambda: healthy(f"{url}/realms/{REALM}/.well-known/openid-configuration"),
        address=url,
        environment={
            "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN,
            "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
        },
        patience_seconds=_START_SECONDS,
    )
    started = start(part, folder / "keycloak.log")
    try:
        wait_ready(part, started)
        yield Keycloak(url)
    finally:
        stop(started)


def _built(pom: Path) -> Path:
    """Keycloak as Maven has it, unpacked and built once for all tests of this user: that takes as long as a start."""
    mark = hashlib.sha256(pom.read_bytes() + repr(_BUILD).encode()).hexdigest()[:12]
    kept = Told.from_env().cache / "mentormesh" / f"keycloak-{mark}"
    if kept.is_dir():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{kept.name}.", dir=kept.parent) as fresh:
        # Without its notes beside the pom it unpacks again each time.
        unpack = ["mvn", "-q", "-B", "-f", str(pom), _UNPACK]
        unpack += [f"-DoutputDirectory={fresh}", f"-DmarkersDirectory={fresh}/markers"]
        subprocess.run(unpack, check=True, timeout=_FETCH_SECONDS, stdin=subprocess.DEVNULL)
        (whole,) = Path(fresh).glob("keycloak-*")
        build = ["bash", str(whole / "bin" / "kc.sh"), "build", *_BUILD]
        subprocess.run(build, check=True, timeout=_START_SECONDS, stdin=subprocess.DEVNULL)
        try:
            whole.rename(kept)
        except OSError:
            # Another run was faster, and its copy serves.
            if not kept.is_dir():
                raise
    return kept


def _home(folder: Path, built: Path) -> Path:
    """A home of its own for what a server writes, over the code that all share."""
    home = folder / "keycloak"
    (home / "data" / "import").mkdir(parents=True)
    (home / "bin").mkdir()
    # Copied, since it takes the folder above itself for the home.
    shutil.copy(built / "bin" / "kc.sh", home / "bin")
    for name in ("conf", "lib", "providers", "themes"):
        (home / name).symlink_to(built / name)
    return home
