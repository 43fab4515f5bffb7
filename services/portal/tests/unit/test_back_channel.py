"""Logout tokens (OpenID Connect Back-Channel Logout 1.0): which end sessions, whose, and which are refused."""

import base64
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

import portal.sessions
from portal.config import Provider
from portal.sessions import SETTLED
from servicekit import tokens as kit_tokens

from .conftest import CLIENT, SignIn, a_provider, go_through_sign_in, new_browser
from .fake_services import ISSUER, PARTNER, FakeServices
from .fake_services.identity import LOGOUT
from .fake_sessions import FakeSessions
from .test_my_sessions import is_in, two

ADDRESS = "/sign-out/back-channel"


def tell(app: Flask, token: str) -> int:
    """What the provider's server is answered."""
    reply = new_browser(app).post(ADDRESS, data={"logout_token": token})
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in reply.headers
    return reply.status_code


def test_the_end_of_an_account_s_session_ends_all_that_began_by_it(
    app: Flask, world: FakeServices, signed_in: SignIn
) -> None:
    laptop, phone = two(signed_in)
    ben = signed_in("prs_ben")
    assert tell(app, world.logout_token("prs_ana")) == 200
    assert (is_in(laptop), is_in(phone), is_in(ben)) == (False, False, True)
    assert set(world.granted.values()) == {"prs_ben"}, "what Ana's tokens descend from is ended too"


def test_the_end_of_one_session_there_ends_what_began_by_it_and_no_other(
    app: Flask, world: FakeServices, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal.sessions, "SETTLED", timedelta(hours=1))
    world.sids["ana@harbour.example"] = "first"
    laptop = signed_in("prs_ana")
    world.sids["ana@harbour.example"] = "second"
    phone = signed_in("prs_ana")
    assert tell(app, world.logout_token("prs_ana", sid="first")) == 200
    assert (is_in(laptop), is_in(phone)) == (False, True)
    assert tell(app, world.logout_token("prs_ana", sub=None, sid="second")) == 200
    assert not is_in(phone)


@pytest.fixture
def other(app: Flask, world: FakeServices, signed_in: SignIn, sessions: FakeSessions) -> FlaskClient:
    """A browser of Ana's, a while after the provider ended her session in another."""
    world.sids["ana@harbour.example"] = "first"
    signed_in("prs_ana")
    world.sids["ana@harbour.example"] = "second"
    phone = signed_in("prs_ana")
    ben = signed_in("prs_ben")
    assert tell(app, world.logout_token("prs_ana", sid="first")) == 200
    for held in sessions.held.values():
        if "doubted" in held:
            held["doubted"] -= SETTLED
    assert is_in(ben)
    return phone


def test_another_session_of_the_account_is_led_through_the_provider_and_back(
    other: FlaskClient, world: FakeServices
) -> None:
    before = {token for token, whose in world.granted.items() if whose == "prs_ana"}
    away = other.get("/requests?x=1")
    assert (away.status_code, away.location) == (302, "/sign-in?next=/requests?x%3D1")
    assert not before & set(world.granted), "what it had is worth nothing until its person is back"
    assert go_through_sign_in(other, world, "prs_ana", "/requests?x=1").location == "/requests?x=1"
    assert is_in(other)


def test_what_a_page_asks_or_sends_does_nothing_until_its_session_went_through_the_provider(
    app: Flask, world: FakeServices, other: FlaskClient
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    world.calls.clear()
    assert other.get("/inbox", headers={"HX-Request": "true"}).status_code == 204
    assert world.calls == []
    sent = other.post("/my-sessions/end-others")
    assert (sent.status_code, "nothing was changed" in sent.text) == (400, True)


def test_a_session_in_doubt_can_be_signed_out(app: Flask, world: FakeServices, other: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    assert other.post("/sign-out").location == "/welcome?left=yes"
    assert "prs_ana" not in world.granted.values()


def test_a_session_whose_id_token_named_none_ends_with_its_account(
    app: Flask, world: FakeServices, signed_in: SignIn
) -> None:
    laptop = signed_in("prs_ana")
    assert tell(app, world.logout_token("prs_ana", sid="somewhere")) == 200
    assert not is_in(laptop)


def test_a_token_that_comes_again_ends_nothing(app: Flask, world: FakeServices, signed_in: SignIn) -> None:
    token = world.logout_token("prs_ana")
    signed_in("prs_ana")
    assert tell(app, token) == 200
    again = signed_in("prs_ana")
    assert tell(app, token) == 400
    assert is_in(again)


def test_an_account_with_nobody_signed_in_is_fine(app: Flask, world: FakeServices) -> None:
    assert tell(app, world.logout_token("prs_ana")) == 200


def test_profiles_being_away_does_not_keep_anybody_signed_in(
    app: Flask, world: FakeServices, signed_in: SignIn, sessions: FakeSessions
) -> None:
    signed_in("prs_ana")
    world.silent.add("profiles")
    assert tell(app, world.logout_token("prs_ana")) == 200
    assert [id for id in sessions.held if not id.startswith("told:")] == []


NOW = int(time.time())
BAD: dict[str, dict[str, Any]] = {
    "of another issuer": {"iss": "https://evil.test"},
    "for another audience": {"aud": "another"},
    "for nobody": {"aud": None},
    "without a time": {"iat": None},
    "of long ago": {"iat": NOW - 3600},
    "of the future": {"iat": NOW + 3600},
    "expired": {"exp": NOW - 3600},
    "without an id": {"jti": None},
    "with an id that is none": {"jti": 7},
    "without events": {"events": None},
    "with other events": {"events": {"http://schemas.openid.net/secevent/risc/event-type/account-disabled": {}}},
    "with events that are none": {"events": [LOGOUT]},
    "with an event that is none": {"events": {LOGOUT: True}},
    "with a nonce": {"nonce": "n"},
    "naming nobody": {"sub": None},
    "naming a number": {"sub": 7},
}


@pytest.mark.parametrize("changed", BAD.values(), ids=BAD)
def test_a_token_that_is_not_as_it_must_be_ends_nothing(
    app: Flask, world: FakeServices, signed_in: SignIn, changed: dict[str, Any]
) -> None:
    ana = signed_in("prs_ana")
    assert tell(app, world.logout_token("prs_ana", **changed)) == 400
    assert is_in(ana)


@pytest.mark.parametrize("typ", ["at+jwt", "id+jwt", "dpop+jwt"])
def test_another_kind_of_token_ends_nothing(app: Flask, world: FakeServices, signed_in: SignIn, typ: str) -> None:
    ana = signed_in("prs_ana")
    assert tell(app, world.logout_token("prs_ana", header={"typ": typ})) == 400
    assert is_in(ana)


@pytest.mark.parametrize("typ", ["JWT", "LOGOUT+JWT", None])
def test_the_type_may_be_a_plain_one(app: Flask, world: FakeServices, typ: str | None) -> None:
    assert tell(app, world.logout_token("prs_ana", header={"typ": typ})) == 200


def forgeries(world: FakeServices) -> dict[str, str]:
    good = world.logout_token("prs_ana")
    head, claims, signature = good.split(".")
    known = json.loads(base64.urlsafe_b64decode(claims + "=="))
    stranger = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})

    def encode(part: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()

    public = OctKey.import_key(base64.b64encode(world.keys[ISSUER].as_pem(private=False)))
    return {
        "unsigned": f"{encode({'alg': 'none'})}.{claims}.",
        "changed": f"{head}.{encode({**known, 'sub': 'ben@harbour.example'})}.{signature}",
        "by a stranger": jwt.encode({"alg": "RS256", "kid": "one"}, known, stranger),
        "by an unknown key": jwt.encode({"alg": "RS256", "kid": "two"}, known, stranger),
        "by the public key": jws.serialize_compact({"alg": "HS256", "kid": "one"}, json.dumps(known), public),
        "bringing its key": jwt.encode({"alg": "RS256", "jwk": stranger.as_dict(private=False)}, known, stranger),
        "cut": good[:-5],
        "nothing": "",
        "nonsense": "ü.ü.ü",
        "a list": f"{encode([])}.{encode([])}.x",
    }


@pytest.mark.parametrize("name", ["unsigned", "changed", "by a stranger", "by an unknown key", "by the public key",
                                  "bringing its key", "cut", "nothing", "nonsense", "a list"])  # fmt: skip
def test_a_forged_token_ends_nothing(app: Flask, world: FakeServices, signed_in: SignIn, name: str) -> None:
    ana, ben = signed_in("prs_ana"), signed_in("prs_ben")
    assert tell(app, forgeries(world)[name]) == 400
    assert (is_in(ana), is_in(ben)) == (True, True)


def test_a_flood_of_unknown_keys_asks_the_provider_for_its_keys_a_few_times_only(
    app: Flask, world: FakeServices
) -> None:
    tell(app, world.logout_token("prs_ana"))
    forged = forgeries(world)["by an unknown key"]
    for _ in range(20):
        tell(app, forged)
    assert world.sent("GET", "/keys") <= 2


def test_a_key_that_the_provider_exchanged_is_followed(
    app: Flask, world: FakeServices, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = signed_in("prs_ana")
    assert tell(app, world.logout_token("prs_ben")) == 200
    world.keys[ISSUER] = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"})
    monkeypatch.setattr(kit_tokens, "_REFETCH_SECONDS", 0.0)
    assert tell(app, world.logout_token("prs_ana")) == 200
    assert not is_in(ana)


def test_while_the_provider_cannot_be_asked_it_is_told_to_come_again(app: Flask, world: FakeServices) -> None:
    token = world.logout_token("prs_ana")
    world.silent.add("identity")
    assert tell(app, token) == 503


class TestOfSeveral:
    """Of several providers, each speaks for its own accounts."""

    @pytest.fixture
    def providers(self) -> tuple[Provider, ...]:
        return a_provider("staff"), a_provider("partners", PARTNER)

    def test_one_does_not_end_the_sessions_of_another_s_account(self, app: Flask, world: FakeServices) -> None:
        staff, partner = new_browser(app), new_browser(app)
        go_through_sign_in(staff, world, "prs_ana", provider="staff")
        go_through_sign_in(partner, world, "prs_ana", provider="partners")
        assert tell(app, world.logout_token("prs_ana", PARTNER)) == 200
        assert (is_in(staff), is_in(partner)) == (True, False)
        forged = jwt.encode(
            {"alg": "RS256", "kid": "one"},
            {
                "iss": ISSUER,
                "aud": CLIENT[0],
                "sub": "ana@harbour.example",
                "iat": NOW,
                "jti": "x",
                "events": {LOGOUT: {}},
            },
            world.keys[PARTNER],
        )
        assert tell(app, forged) == 400
        assert is_in(staff)
