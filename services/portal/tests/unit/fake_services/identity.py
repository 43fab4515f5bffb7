"""The identity provider, and the trade of its token for one of the platform."""

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
CLIENT = ("portal", "portal-secret")
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


class Identity(Held):
    """The provider."""

    def authorise(self, query: dict[str, str], person_id: str) -> str:
        """What the provider does with a browser: the address it sends it back to."""
        code = self.new("code")
        self.codes[code] = {**query, "sub": self.people[person_id]["email"] if person_id in self.people else person_id}
        return f"{query['redirect_uri']}?code={code}&state={query['state']}"

    def _identity(self, path: str, raw: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/authorise",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        if path == "/keys":
            return {"keys": [KEY.as_dict(private=False)]}
        form = {name: values[0] for name, values in parse_qs(raw).items()}
        asked = self.codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"], "PKCE"
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": CLIENT[0], "sub": asked["sub"], "email": asked["sub"], "iat": now,
                  "exp": now + 300, "nonce": asked["nonce"]}  # fmt: skip
        return {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300,
                "id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)}  # fmt: skip

    def _token(self, form: dict[str, list[str]], request: requests.PreparedRequest) -> Body:
        basic = base64.b64decode(str(request.headers["Authorization"]).removeprefix("Basic ")).decode()
        assert tuple(basic.split(":")) == CLIENT
        if form["grant_type"] == ["refresh_token"]:
            old = form["refresh_token"][0]
            if old not in self.granted:
                raise Refused(400, "invalid_grant")
            person_id = self.granted.pop(old)
        else:
            payload = form["subject_token"][0].split(".")[1]
            subject = json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"]
            known = [person["id"] for person in self.people.values() if person["email"] == subject]
            if not known:
                raise Refused(403, "not-provisioned", "Nobody here has that identity.")
            person_id = known[0]
        access, refresh = self.new("access"), self.new("refresh")
        self.granted[access] = self.granted[refresh] = person_id
        return {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime, "refresh_token": refresh}
