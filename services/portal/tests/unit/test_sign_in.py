"""Signing in and out: by OpenID Connect with code, PKCE, state and nonce; sessions that cannot be planted or stolen."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.pages.forms import inside
from portal.sessions import COOKIE, MongoSessions, Tokens

from .conftest import SignIn, go_through_sign_in, new_browser
from .fake_services import FakeServices
from .fake_sessions import FakeSessions


def cookie(browser: FlaskClient) -> str | None:
    held = browser.get_cookie(COOKIE, domain="portal.test")
    return held.value if held else None


def test_the_provider_is_asked_with_pkce_state_and_nonce(browser: FlaskClient, world: FakeServices) -> None:
    asked = dict(parse_qsl(urlsplit(browser.get("/sign-in").location).query))
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == "https://portal.test/sign-in/back"
    assert all(len(asked[name]) >= 20 for name in ("state", "nonce", "code_challenge"))


def test_a_signed_in_person_comes_back_to_the_page_they_wanted(browser: FlaskClient, world: FakeServices) -> None:
    assert browser.get("/requests?x=1").location == "/welcome?next=/requests?x%3D1"
    assert go_through_sign_in(browser, world, "prs_ana", "/requests").location == "/requests"
    assert browser.get("/requests").status_code == 200


@pytest.mark.parametrize(
    "address", ["https://evil.test/", "//evil.test", "/\\evil.test", "/\t/evil.test", "\\\\evil.test", "evil", "", None]
)
def test_nobody_is_sent_to_another_site_after_signing_in(address: str | None) -> None:
    assert inside(address) == "/"


def test_a_return_with_a_foreign_state_is_refused_in_words(browser: FlaskClient, world: FakeServices) -> None:
    asked = dict(parse_qsl(urlsplit(browser.get("/sign-in").location).query))
    code = urlsplit(world.authorise({**asked, "state": "planted"}, "prs_ana")).query
    reply = browser.get(f"/sign-in/back?{code}")
    assert reply.status_code == 400
    assert "sign in again" in reply.text
    assert browser.get("/").status_code == 302


def test_an_id_token_with_another_nonce_is_refused(browser: FlaskClient, world: FakeServices) -> None:
    asked = dict(parse_qsl(urlsplit(browser.get("/sign-in").location).query))
    back = urlsplit(world.authorise({**asked, "nonce": "replayed"}, "prs_ana"))
    assert browser.get(f"{back.path}?{back.query}").status_code == 400


def test_a_person_who_is_not_provisioned_is_told_what_to_do(browser: FlaskClient, world: FakeServices) -> None:
    reply = go_through_sign_in(browser, world, "stranger@harbour.example")
    assert reply.status_code == 403
    assert "stranger@harbour.example" in reply.text
    assert "MentorMesh does not know you yet" in reply.text


def test_a_provider_that_does_not_answer_is_said_in_words(browser: FlaskClient, world: FakeServices) -> None:
    world.silent.add("identity")
    reply = browser.get("/sign-in")
    assert reply.status_code == 503
    assert "sign-in does not answer" in reply.text


def test_the_cookie_is_bound_to_this_host_and_kept_from_scripts(browser: FlaskClient, world: FakeServices) -> None:
    header = go_through_sign_in(browser, world, "prs_ana").headers["Set-Cookie"]
    assert header.startswith("__Host-mentormesh=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(header.split("; "))
    assert "Domain" not in header


def test_signing_in_changes_the_key_and_forgets_what_was_there_before(
    browser: FlaskClient, world: FakeServices, sessions: FakeSessions
) -> None:
    browser.get("/sign-in")
    planted = cookie(browser)
    go_through_sign_in(browser, world, "prs_ana")
    assert planted
    assert cookie(browser) not in (None, planted)
    assert len(sessions.held) == 1


def test_signing_in_again_ends_the_sign_in_that_it_replaces(browser: FlaskClient, world: FakeServices) -> None:
    go_through_sign_in(browser, world, "prs_ana")
    before = set(world.granted)
    go_through_sign_in(browser, world, "prs_ana")
    assert world.granted, "and not the new one"
    assert not before & set(world.granted), "nobody holds those tokens any more"


def test_a_key_that_the_portal_did_not_give_is_nobodys(app: Flask, world: FakeServices) -> None:
    browser = new_browser(app)
    browser.set_cookie(COOKIE, "chosen-by-somebody", domain="portal.test", secure=True)
    assert browser.get("/").status_code == 302


def test_signing_out_ends_the_session_on_the_server(
    signed_in: SignIn, app: Flask, sessions: FakeSessions, world: FakeServices
) -> None:
    browser = signed_in("prs_ana")
    key = cookie(browser)
    token = browser.get("/").text.split('name="csrf_token" value="')[1].split('"')[0]
    assert browser.post("/sign-out", data={"csrf_token": token}).location == "/welcome?left=yes"
    assert sessions.held == {}
    thief = new_browser(app)
    thief.set_cookie(COOKIE, str(key), domain="portal.test", secure=True)
    assert thief.get("/").status_code == 302


def test_what_is_kept_is_sealed(signed_in: SignIn, sessions: FakeSessions) -> None:
    browser = signed_in("prs_ana")
    (document,) = sessions.held.values()
    told = repr(document)
    assert str(cookie(browser)) not in told
    # With the blank, which no sealed text has: three letters come about by chance.
    assert "Ana " not in told
    assert "access_" not in told


@pytest.mark.parametrize(("began", "touched"), [(13, 1), (9, 9)])
def test_a_session_ends_when_it_is_old_or_idle(
    signed_in: SignIn, sessions: FakeSessions, began: int, touched: int
) -> None:
    browser = signed_in("prs_ana")
    (document,) = sessions.held.values()
    now = datetime.now(UTC)
    document.update(began=now - timedelta(hours=began), touched=now - timedelta(hours=touched))
    assert browser.get("/").location == "/welcome"


def test_a_live_inbox_keeps_nobody_signed_in(signed_in: SignIn, sessions: FakeSessions) -> None:
    browser = signed_in("prs_ana")
    (document,) = sessions.held.values()
    rested = document["touched"] = datetime.now(UTC) - timedelta(hours=2)
    browser.get("/inbox/list", headers={"HX-Request": "true"})
    assert document["touched"] == rested
    browser.get("/inbox")
    assert document["touched"] > rested


def test_a_refused_token_leads_back_to_the_sign_in(signed_in: SignIn, world: FakeServices) -> None:
    browser = signed_in("prs_ana")
    world.granted.clear()
    assert browser.get("/").location == "/welcome"
    assert browser.get("/").location == "/welcome"


def test_a_live_part_of_a_page_sends_the_whole_page_to_the_sign_in(browser: FlaskClient, world: FakeServices) -> None:
    reply = browser.get("/inbox/list", headers={"HX-Request": "true"})
    assert reply.headers["HX-Redirect"] == "/welcome"


def test_tokens_near_their_end_are_renewed_once_a_page(
    signed_in: SignIn, world: FakeServices, sessions: FakeSessions
) -> None:
    world.lifetime = 10
    browser = signed_in("prs_ana")
    world.lifetime = 300
    before = world.sent("POST", "/v1/oauth/token")
    assert browser.get("/").status_code == 200
    assert browser.get("/").status_code == 200
    assert world.sent("POST", "/v1/oauth/token") == before + 1


def test_two_requests_side_by_side_spend_one_refresh_token(sessions: FakeSessions, app: Flask) -> None:
    """Its reuse would end the family, and so sign the person out."""
    interface = app.session_interface
    assert isinstance(interface, MongoSessions)
    vault = interface._vault
    stale = {"access_token": "a1", "refresh_token": "r1", "expires_at": 0}
    sessions.insert_one({"_id": "one", "tokens": vault.seal(stale)})
    spent: list[str] = []

    def renew(held: dict[str, str]) -> dict[str, str]:
        spent.append(held["refresh_token"])
        return {"access_token": f"a{len(spent) + 1}", "refresh_token": f"r{len(spent) + 1}"}

    first, second = Tokens(vault, "one", dict(stale)), Tokens(vault, "one", dict(stale))
    assert first.renewed(stale, renew) == second.renewed(stale, renew)
    assert spent == ["r1"]


def test_a_request_under_way_does_not_bring_back_who_signed_out(
    app: Flask, signed_in: SignIn, sessions: FakeSessions
) -> None:
    browser = signed_in("prs_ana")
    with app.test_request_context("/", headers={"Cookie": f"{COOKIE}={cookie(browser)}"}) as context:
        slow = app.session_interface.open_session(app, context.request)
        assert slow is not None
        sessions.held.clear()
        slow["late"] = "word"
        app.session_interface.save_session(app, slow, app.response_class())
    assert sessions.held == {}
