"""What API tests stand on: an issuer of test tokens and its verifier."""

import time
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from servicekit.tokens import ALGORITHM, TOKEN_TYPE, Verifier

ISSUER = "https://profiles.test"
AUDIENCE = "mentormesh"


def _new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)


@dataclass
class Issuer:
    """Signs platform tokens as `profiles` does, with a key of its own."""

    key: ECKey = field(default_factory=_new_key)

    def verifier(self) -> Verifier:
        """A verifier that trusts this issuer."""
        return Verifier(ISSUER, AUDIENCE, self)

    def key_set(self, kid: str) -> KeySet:
        return KeySet([self.key])

    def token(self, subject: str, *roles: str, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token for `subject`; `claims` and `header` override what a real one has."""
        now = int(time.time())
        body = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "kind": "client" if subject.startswith("cli_") else "person",
            "roles": list(roles),
            "iat": now,
            "exp": now + 300,
            **claims,
        }
        return jwt.encode({"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": self.key.kid, **(header or {})}, body, self.key)

    def bearer(self, subject: str, *roles: str, **claims: Any) -> dict[str, str]:
        """The header that signs a test request in."""
        return {"Authorization": f"Bearer {self.token(subject, *roles, **claims)}"}
