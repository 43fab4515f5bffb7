"""ID tokens: which the service believes, and whom they name."""

import json
import time
from typing import Any

import pytest
import requests
from joserfc import jws, jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from profiles.domain.errors import InvalidGrant
from profiles.issuer import provider as of_provider
from profiles.issuer.provider import DiscoveredKeys, OpenIdProvider, OpenIdProviders, ProviderUnreachable, Trust

ISSUER = "https://idp.test"


class Keys:
    """The provider's keys, at hand."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)

    def key_set(self, kid: str) -> KeySet:
        return KeySet([self.key])

    def token(self, header: dict[str, Any] | None = None, **changed: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": "portal",
            "sub": "s-1",
            "iat": now,
            "exp": now + 300,
            "email": "ana@example.com",
        }
        claims |= {"email_verified": True, **changed}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, **(header or {})}, claims, self.key)


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys()


def provider(keys: Keys, **trust: Any) -> OpenIdProvider:
    return OpenIdProvider(Trust(**{"issuer": ISSUER, "audience": "portal", **trust}), keys)


def test_a_good_token_names_issuer_subject_and_verified_address(keys: Keys) -> None:
    identity = provider(keys).identify(keys.token())
    assert (identity.issuer, identity.subject, identity.email) == (ISSUER, "s-1", "ana@example.com")


@pytest.mark.parametrize("flag", [False, None, "false", 0, "yes"])
def test_an_address_that_is_not_verified_names_nobody(keys: Keys, flag: Any) -> None:
    assert provider(keys).identify(keys.token(email_verified=flag)).email is None
    trusting = provider(keys, trust_unverified_email=True)
    assert trusting.identify(keys.token(email_verified=flag)).email == "ana@example.com"


def test_some_providers_say_verified_as_text(keys: Keys) -> None:
    assert provider(keys).identify(keys.token(email_verified="true")).email == "ana@example.com"


def test_another_claim_names_the_external_id(keys: Keys) -> None:
    identity = provider(keys, link_claim="employee_number").identify(keys.token(employee_number="E-1"))
    assert (identity.external_id, identity.email) == ("E-1", None)
    assert provider(keys, link_claim="employee_number").identify(keys.token(employee_number=7)).external_id is None


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.test"},
        {"aud": "another-application"},
        {"aud": ["portal", "another"]},
        {"azp": "another-application"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"nbf": int(time.time()) + 3600},
        {"sub": None},
        {"sub": 7},
        {"iat": None},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
    ],
)
def test_a_token_for_others_or_out_of_time_is_refused(keys: Keys, changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidGrant):
        provider(keys).identify(keys.token(**changed))


def test_several_audiences_are_fine_where_we_are_the_authorised_party(keys: Keys) -> None:
    assert provider(keys).identify(keys.token(aud=["portal", "another"], azp="portal")).subject == "s-1"


@pytest.mark.parametrize("typ", ["logout+jwt", "at+jwt", "dpop+jwt"])
def test_a_token_that_the_provider_signed_for_another_end_is_refused(keys: Keys, typ: str) -> None:
    assert provider(keys).identify(keys.token({"typ": "JWT"})).subject == "s-1"
    with pytest.raises(InvalidGrant):
        provider(keys).identify(keys.token({"typ": typ}))


def test_a_token_signed_by_somebody_else_is_refused(keys: Keys) -> None:
    stranger = Keys()
    stranger.key = RSAKey.generate_key(2048, {"use": "sig", "kid": str(keys.key.kid)})
    with pytest.raises(InvalidGrant):
        provider(keys).identify(stranger.token())


def test_a_public_key_used_as_a_shared_secret_signs_nothing(keys: Keys) -> None:
    claims = jws.extract_compact(keys.token().encode()).payload
    public = json.dumps(keys.key.as_dict(private=False))
    forged = jws.serialize_compact({"alg": "HS256", "kid": keys.key.kid}, claims, OctKey.import_key(public))
    with pytest.raises(InvalidGrant):
        provider(keys).identify(forged)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.", "ü.ü.ü", "." * 100])
def test_what_is_no_token_at_all_is_refused(keys: Keys, text: str) -> None:
    with pytest.raises(InvalidGrant):
        provider(keys).identify(text)


@pytest.mark.parametrize(
    ("claim", "told", "roles"),
    [
        ("groups", {"groups": ["Mentoring", "Everybody"]}, ("program_manager",)),
        ("groups", {"groups": "HR"}, ("people_admin",)),
        (
            "realm_access.roles",
            {"realm_access": {"roles": ["HR", "Mentoring", "HR"]}},
            ("people_admin", "program_manager"),
        ),
        ("realm_access.roles", {"realm_access": ["HR"]}, ()),
        ("groups", {"groups": {"HR": True}}, ()),
        ("groups", {"groups": [["HR"], None, 3]}, ()),
        ("groups", {}, ()),
        ("", {"groups": ["HR"]}, ()),
    ],
)
def test_a_claim_gives_the_roles_that_the_operator_mapped_and_no_other(
    keys: Keys, claim: str, told: dict[str, Any], roles: tuple[str, ...]
) -> None:
    mapped = {"Mentoring": "program_manager", "HR": "people_admin"}
    trusting = provider(keys, role_claim=claim, role_map=mapped)
    assert trusting.identify(keys.token(**told)).roles == roles


def test_a_provider_vouches_for_addresses_of_its_own_domains_only(keys: Keys) -> None:
    limited = provider(keys, email_domains=frozenset({"example.com"}))
    assert limited.identify(keys.token(email="ana@Example.com")).email == "ana@Example.com"
    for foreign in ("ana@partner.test", "ana@example.com.partner.test", "ana@sub.example.com", "ana"):
        assert limited.identify(keys.token(email=foreign)).email is None


def test_each_of_several_providers_is_verified_by_its_own_keys_and_audience(keys: Keys) -> None:
    others = Keys()
    partner = Trust(
        issuer="https://partner.test", audience="mentoring", role_claim="roles", role_map={"Lead": "auditor"}
    )
    both = OpenIdProviders([provider(keys), OpenIdProvider(partner, others)])
    assert both.identify(keys.token()).issuer == ISSUER
    theirs = others.token(iss="https://partner.test", aud="mentoring", roles=["Lead"])
    assert (both.identify(theirs).issuer, both.identify(theirs).roles) == ("https://partner.test", ("auditor",))
    for forged in (
        keys.token(iss="https://partner.test", aud="mentoring"),
        others.token(),
        others.token(iss="https://partner.test", aud="portal"),
        keys.token(iss="https://nobody.test"),
        keys.token(iss=None),
        "x",
        "e30.e30.",
        "\ud800.e30.e30",
    ):
        with pytest.raises(InvalidGrant):
            both.identify(forged)


class Web:
    """The provider's pages: its description, and its keys by address."""

    def __init__(self, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
        self.described: dict[str, Any] | None = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
        self.keys = {f"{ISSUER}/keys": keys}
        self.asked: list[str] = []
        monkeypatch.setattr(requests, "get", self.get)

    def get(self, url: str, timeout: float) -> requests.Response:
        self.asked.append(url)
        held = self.keys.get(url)
        body = {"keys": [held.key.as_dict(private=False)]} if held else self.described
        if body is None:
            raise requests.ConnectionError("away")
        reply = requests.Response()
        reply.status_code, reply._content = 200, json.dumps(body).encode()
        return reply


def test_a_provider_is_described_anew_from_time_to_time_and_may_be_away_then(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, now, moved = Web(keys, monkeypatch), [0.0], Keys()
    discovered = DiscoveredKeys(ISSUER, f"{ISSUER}/.well-known/openid-configuration", lambda: now[0])

    def kids() -> set[Any]:
        return {key.kid for key in discovered.key_set(str(keys.key.kid)).keys}

    assert kids() == kids() == {keys.key.kid}
    assert len(web.asked) == 2, "described once, keys fetched once"
    now[0], web.described = 1000.0, None
    assert kids() == {keys.key.kid}, "while it is away what was found last goes on serving"
    now[0], web.described = 2000.0, {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/moved"}
    web.keys[f"{ISSUER}/moved"] = moved
    assert kids() == {moved.key.kid}


def test_an_unknown_key_is_looked_for_once_and_a_flood_of_them_is_not(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web(keys, monkeypatch)
    trusting = OpenIdProvider(
        Trust(issuer=ISSUER, audience="portal"), DiscoveredKeys(ISSUER, f"{ISSUER}/.well-known/openid-configuration")
    )
    trusting.identify(keys.token())
    stranger = Keys()
    for _ in range(20):
        with pytest.raises(InvalidGrant):
            trusting.identify(stranger.token())
    assert web.asked.count(f"{ISSUER}/keys") <= 2


def test_a_provider_that_is_away_or_calls_itself_otherwise_is_not_asked_by_everybody_who_waits(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web(keys, monkeypatch)
    web.described = None
    discovered = DiscoveredKeys(ISSUER, f"{ISSUER}/.well-known/openid-configuration")
    for _ in range(5):
        with pytest.raises(ProviderUnreachable):
            discovered.key_set("one")
    assert len(web.asked) == 1
    web.described = {"issuer": "https://evil.test", "jwks_uri": f"{ISSUER}/keys"}
    monkeypatch.setattr(of_provider, "_AGAIN_SECONDS", -1.0)
    with pytest.raises(ProviderUnreachable, match="calls itself"):
        discovered.key_set("one")
