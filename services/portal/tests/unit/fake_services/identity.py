"""The identity providers, and the trade of their tokens for those of the platform."""

import base64
import hashlib
import json
import time
from typing import Any
from urllib.parse import parse_qs

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

from .held import Body, Held, Refused

ISSUER = "http://identity.test"
PARTNER = "http://partner.test"
CLIENT = ("portal", "portal-secret")
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
KEYS = {issuer: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}) for issuer in (ISSUER, PARTNER)}


class Identity(Held):
    """The providers; `described` adds to what they say of themselves, `keys` are what they sign by."""

    def __init__(self) -> None:
        super().__init__()
        self.described: Body = {}
        self.keys = dict(KEYS)
        self.sids: dict[str, str] = {}
        # The sign-ins that tokens descend from.
        self.families: dict[str, str] = {}

    def authorise(self, query: dict[str, str], person_id: str) -> str:
        """What the provider does with a browser: the address it sends it back to."""
        code = self.new("code")
        self.codes[code] = {**query, "sub": self.people[person_id]["email"] if person_id in self.people else person_id}
        return f"{query['redirect_uri']}?code={code}&state={query['state']}"

    def logout_token(self, person_id: str, issuer: str = ISSUER, header: Body | None = None, **changed: Any) -> str:
        """What a provider tells behind the browser's back; a claim that is None is left out."""
        now = int(time.time())
        claims = {"iss": issuer, "aud": CLIENT[0], "sub": self.people[person_id]["email"], "iat": now, "exp": now + 120,
                  "jti": self.new("jti"), "events": {LOGOUT: {}}, **changed}  # fmt: skip
        said = {name: value for name, value in claims.items() if value is not None}
        key = self.keys[issuer]
        told = {"alg": "RS256", "typ": "logout+jwt", "kid": key.kid, **(header or {})}
        return jwt.encode({name: value for name, value in told.items() if value is not None}, said, key)

    def end_families_of(self, person_id: str) -> None:
        """What a people admin's word does: none of the person's tokens is renewed."""
        self._end({self.families[token] for token, whose in self.granted.items() if whose == person_id})

    def _identity(self, issuer: str, path: str, raw: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorise",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                **self.described,
            }
        if path == "/keys":
            return {"keys": [self.keys[issuer].as_dict(private=False)]}
        form = {name: values[0] for name, values in parse_qs(raw).items()}
        asked = self.codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"], "PKCE"
        now = int(time.time())
        claims = {"iss": issuer, "aud": CLIENT[0], "sub": asked["sub"], "email": asked["sub"], "iat": now,
                  "exp": now + 300, "nonce": asked["nonce"]}  # fmt: skip
        if sid := self.sids.get(asked["sub"]):
            claims["sid"] = sid
        key = self.keys[issuer]
        return {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300,
                "id_token": jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)}  # fmt: skip

    def _oauth(self, verb: str, form: dict[str, list[str]], request: requests.PreparedRequest) -> Body:
        basic = base64.b64decode(str(request.headers["Authorization"]).removeprefix("Basic ")).decode()
        assert tuple(basic.split(":")) == CLIENT
        if verb == "token":
            return self._token(form)
        (token,) = form["token"]
        if verb == "introspect":
            return {"active": token in self.granted}
        self._end({self.families[token]} if token in self.families else set())
        return {}

    def _end(self, families: set[str]) -> None:
        for token in [one for one, family in self.families.items() if family in families]:
            self.granted.pop(token, None)

    def _token(self, form: dict[str, list[str]]) -> Body:
        if form["grant_type"] == ["refresh_token"]:
            old = form["refresh_token"][0]
            if old not in self.granted:
                raise Refused(400, "invalid_grant")
            person_id, family = self.granted.pop(old), self.families[old]
        else:
            payload = form["subject_token"][0].split(".")[1]
            subject = json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"]
            known = [person["id"] for person in self.people.values() if person["email"] == subject]
            if not known:
                raise Refused(403, "not-provisioned", "Nobody here has that identity.")
            person_id, family = known[0], self.new("family")
        access, refresh = self.new("access"), self.new("refresh")
        self.granted[access] = self.granted[refresh] = person_id
        self.families[access] = self.families[refresh] = family
        return {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime, "refresh_token": refresh}
