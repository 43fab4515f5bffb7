"""`mentormesh token`: sign one person in at the development provider and exchange the proof for a platform token."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import click
import requests

from mentormesh.stack.command import json_option, root_option
from mentormesh.stack.failures import StackFailure
from mentormesh.stack.identity import CLIENT_ID, dial, register
from mentormesh.stack.running import running_stack, service_url

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105  the name of a kind, no secret
REDIRECT = "http://127.0.0.1/signed-in"
TIMEOUT_SECONDS = 15


class TokenRefused(StackFailure):
    """The provider or the platform would not sign the person in; `str` gives its words."""


@dataclass(frozen=True)
class SignIn:
    """Where to sign in: the provider, the platform's token address, and the portal's credentials at both."""

    issuer: str
    profiles: str
    client_secret: str

    def token(self, email: str, session: requests.Session) -> dict[str, Any]:
        """The platform's token reply (`access_token`, `expires_in`, ...) for the person of that e-mail.

        Raises:
            TokenRefused: the person is not provisioned, has left, or a service does not answer.
        """
        return self._exchange(self.id_token(email, session), session)

    def id_token(self, email: str, session: requests.Session) -> str:
        """What the provider says of the person: authorization code with PKCE, as a browser would do it."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        url, host = dial(f"{self.issuer}/.well-known/openid-configuration")
        known = _reply(session.get(url, headers=host, timeout=TIMEOUT_SECONDS))
        asked = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT,
            "scope": "openid email profile",
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        url, host = dial(known["authorization_endpoint"])
        consent = session.post(
            url,
            headers=host,
            params=asked,
            data={"sub": email},
            allow_redirects=False,
            timeout=TIMEOUT_SECONDS,
        )
        answered = parse_qs(urlsplit(consent.headers.get("Location", "")).query)
        if "code" not in answered or answered.get("state") != [asked["state"]]:
            raise TokenRefused(f"The identity provider gave no code for {email} (status {consent.status_code}).")
        proof = {
            "grant_type": "authorization_code",
            "code": answered["code"][0],
            "redirect_uri": REDIRECT,
            "code_verifier": verifier,
            "client_id": CLIENT_ID,
            "client_secret": self.client_secret,
        }
        url, host = dial(known["token_endpoint"])
        reply = _reply(session.post(url, headers=host, data=proof, timeout=TIMEOUT_SECONDS))
        return str(reply["id_token"])

    def _exchange(self, id_token: str, session: requests.Session) -> dict[str, Any]:
        asked = {
            "grant_type": EXCHANGE,
            "subject_token": id_token,
            "subject_token_type": ID_TOKEN,
            "client_id": CLIENT_ID,
            "client_secret": self.client_secret,
        }
        return _reply(session.post(f"{self.profiles}/v1/oauth/token", data=asked, timeout=TIMEOUT_SECONDS))


def sign_in_of(root: str | None) -> SignIn:
    """How to sign in at the stack of `root`."""
    folder, stack = running_stack(root)
    secret = stack.get("client_secret") or folder.secrets()["OIDC_CLIENT_SECRET"]
    return SignIn(stack["identity"], service_url(stack, folder, "profiles"), secret)


def _reply(response: requests.Response) -> dict[str, Any]:
    if response.ok:
        body: dict[str, Any] = response.json()
        return body
    raise TokenRefused(f"{response.url} answered {response.status_code}: {_words(response)}")


def _words(response: requests.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        return response.text[:300]
    return str(body.get("detail") or body.get("error_description") or body.get("title") or body)


def _email(_context: click.Context, _option: click.Parameter, given: str) -> str:
    name, _, domain = given.strip().partition("@")
    if not name or not domain:
        raise click.BadParameter(f"{given!r} is no e-mail address. `mentormesh up` prints some that work.")
    return given.strip()


@click.command()
@root_option
@json_option
@click.option("--as", "email", required=True, metavar="EMAIL", callback=_email, help="Whose token.")
def token(root: str | None, as_json: bool, email: str) -> None:
    """Print a platform token for EMAIL, as the portal would get it. It lives for five minutes.

    The local stack's identity provider lets anybody sign in; the platform itself has no such door.
    """
    sign_in = sign_in_of(root)
    with requests.Session() as session:
        try:
            register(sign_in.issuer, email, email)
            reply = sign_in.token(email, session)
        except (requests.ConnectionError, OSError) as error:
            raise TokenRefused(f"A part of the stack does not answer ({error}). See `mentormesh status`.") from error
    click.echo(json.dumps(reply) if as_json else reply["access_token"])
