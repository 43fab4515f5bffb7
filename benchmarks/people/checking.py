"""What checking a token costs: the bare signature, the whole verification, and the request that it is part of."""

import statistics
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from servicekit.testing.web import Issuer

ROUNDS = 500


def check_ms() -> dict[str, float]:
    """Milliseconds of the bare ECDSA check of a token's signature, and of all that the services do with a token."""
    issuer = Issuer()
    token, verifier = issuer.token("prs_bench", "employee", sid="ses_bench"), issuer.verifier()
    bare = _bare_check(issuer, token)
    return {
        "bare_signature_ms": middle_ms(bare, ROUNDS),
        "verification_ms": middle_ms(lambda: verifier.caller(token), ROUNDS),
    }


def middle_ms(act: Callable[[], Any], rounds: int) -> float:
    """The median time of one call."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def _bare_check(issuer: Issuer, token: str) -> Callable[[], None]:
    head, body, signature = token.split(".")
    raw = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    half = len(raw) // 2
    encoded = encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
    signed = f"{head}.{body}".encode()
    key = issuer.key.public_key
    return lambda: key.verify(encoded, signed, ec.ECDSA(SHA256()))
