"""Where somebody is signed in: told in words, ended by them or for them, and noticed when it was ended elsewhere."""

import hashlib
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clients
from portal.pages.devices import device
from portal.sessions import MongoSessions

from .conftest import SignIn, new_browser
from .fake_services import FakeServices
from .fake_sessions import FakeSessions
from .test_forms import send
from .test_sign_in import cookie

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal asks after the sign-in at each page."""
    monkeypatch.setattr(clients, "ASKED_FOR", 0.0)


def push(browser: FlaskClient, path: str) -> Any:
    """Send a form that the page does not show, with the browser's own token against forgery."""
    token = browser.get("/my-sessions").text.split('name="csrf_token" value="')[1].split('"')[0]
    return browser.post(path, data={"csrf_token": token})


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/my-sessions").status_code == 200


def two(signed_in: SignIn) -> tuple[FlaskClient, FlaskClient]:
    """Ana's laptop and her phone."""
    return signed_in("prs_ana", user_agent=FIREFOX), signed_in("prs_ana", user_agent=PHONE)


def test_sessions_are_told_in_words_and_this_one_is_marked(signed_in: SignIn) -> None:
    laptop, phone = two(signed_in)
    signed_in("prs_ben")
    page = laptop.get("/my-sessions").text
    assert "2 sessions" in page
    rows = re.findall(r"<li class=\"line\">.*?</li>", page, flags=re.S)
    (here,) = [row for row in rows if "This one" in row]
    (there,) = [row for row in rows if "This one" not in row]
    assert "Firefox on Linux" in here
    assert "Sign out" in here
    assert "Safari on iPhone" in there
    assert "Last used" in there
    assert (
        "Safari on iPhone" in re.findall(r"<li class=\"line\">.*?</li>", phone.get("/my-sessions").text, flags=re.S)[0]
    )


def test_one_session_is_ended_by_another_with_its_tokens(signed_in: SignIn, world: FakeServices) -> None:
    laptop, phone = two(signed_in)
    (path,) = set(re.findall(r'action="(/my-sessions/[0-9a-f]{64}/end)"', laptop.get("/my-sessions").text))
    page = laptop.get(send(laptop, "/my-sessions", path).location).text
    assert "That session is ended." in page
    assert "You are signed in nowhere else." in page
    assert not is_in(phone)
    assert is_in(laptop)
    assert world.sent("POST", "/v1/oauth/revoke") == 1
    assert list(world.granted.values()) == ["prs_ana", "prs_ana"], "one access and one refresh token are left"
    assert "That session was over already." in laptop.get(push(laptop, path).location).text


def test_all_others_are_ended_at_once(signed_in: SignIn) -> None:
    laptop, phone = two(signed_in)
    ben = signed_in("prs_ben")
    send(laptop, "/my-sessions", "/my-sessions/end-others")
    assert (is_in(laptop), is_in(phone), is_in(ben)) == (True, False, True)


def test_nobody_ends_a_stranger_s_session(signed_in: SignIn, sessions: FakeSessions) -> None:
    ana = signed_in("prs_ana")
    (id,) = sessions.held
    ben = signed_in("prs_ben")
    reply = push(ben, f"/my-sessions/{id}/end")
    assert "was over already" in ben.get(reply.location).text
    assert is_in(ana)


def test_nothing_of_a_session_names_its_person_in_the_clear(signed_in: SignIn, sessions: FakeSessions) -> None:
    signed_in("prs_ana", user_agent=FIREFOX)
    told = repr(list(sessions.held.values()))
    for word in ("prs_ana", "ana@harbour.example", "Firefox", "identity.test"):
        assert word not in told


@pytest.mark.usefixtures("patient")
def test_a_sign_in_that_was_ended_elsewhere_is_over_at_the_next_page(
    signed_in: SignIn, world: FakeServices, sessions: FakeSessions
) -> None:
    ana, ben = signed_in("prs_ana"), signed_in("prs_ben")
    world.end_families_of("prs_ana")
    assert ana.get("/my-sessions").location == "/welcome?next=/my-sessions"
    assert is_in(ben)
    assert len(sessions.held) == 1


def test_it_is_asked_after_every_few_seconds_and_not_at_each_page(signed_in: SignIn, world: FakeServices) -> None:
    ana = signed_in("prs_ana")
    for _ in range(5):
        ana.get("/my-sessions")
    assert world.sent("POST", "/v1/oauth/introspect") == 1


@pytest.mark.usefixtures("patient")
def test_while_profiles_is_away_nobody_is_signed_out(signed_in: SignIn, world: FakeServices) -> None:
    ana = signed_in("prs_ana")
    world.silent.add("profiles")
    assert is_in(ana)


def test_a_people_admin_ends_somebody_s_sessions_and_nobody_else_may(signed_in: SignIn, world: FakeServices) -> None:
    dora, ben = signed_in("prs_dora"), signed_in("prs_ben")
    assert "/people/prs_ana/sessions/end" in dora.get("/people/prs_ana").text
    assert "/sessions/end" not in dora.get("/people/prs_dora").text
    reply = push(dora, "/people/prs_ana/sessions/end")
    assert "signed out everywhere" in dora.get(reply.location).text
    assert world.ended_for == ["prs_ana"]
    reply = push(ben, "/people/prs_ana/sessions/end")
    assert "signed out everywhere" not in ben.get(reply.location).text
    assert world.ended_for == ["prs_ana"]


def test_a_form_of_another_site_ends_nothing(signed_in: SignIn, sessions: FakeSessions) -> None:
    ana, _ = two(signed_in)
    for path in ("/my-sessions/end-others", "/sign-out", "/consent", "/my-data/erasure"):
        assert ana.post(path, data={"granted": "yes", "purpose": "figures", "sure": "yes"}).status_code == 400
    assert len(sessions.held) == 2


def test_a_session_of_before_this_release_goes_on_and_is_in_no_list(
    app: Flask, signed_in: SignIn, sessions: FakeSessions
) -> None:
    browser = signed_in("prs_ana")
    (document,) = sessions.held.values()
    for name in ("sign_in", "person", "account", "provider_session"):
        del document[name]
    assert "0 sessions" in browser.get("/my-sessions").text


def test_a_session_sealed_by_a_former_secret_is_listed_to_nobody_and_still_ended(
    signed_in: SignIn, sessions: FakeSessions, app: Flask
) -> None:
    ana, _ = two(signed_in)
    other = next(one for one in sessions.held.values() if one["_id"] != _id_of(ana))
    other.update(sign_in=b"x", tokens=b"x")
    assert "1 session" in ana.get("/my-sessions").text
    push(ana, "/my-sessions/end-others")
    assert len(sessions.held) == 1


def _id_of(browser: FlaskClient) -> str:
    return hashlib.sha256(str(cookie(browser)).encode()).hexdigest()


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        (PHONE, ("Safari", "iPhone")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36 Edg/142.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36", ("Chrome", "Windows")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", ("Safari", "Mac")),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-S918B) SamsungBrowser/27.0 Chrome/125 Safari/537",
            ("Samsung Internet", "Android"),
        ),
        ("Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) CriOS/142.0 Mobile Safari/604.1", ("Chrome", "iPad")),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/142 Safari/537 OPR/100", ("Opera", "ChromeOS")),
        ("curl/8.5.0", ("", "")),
        ("", ("", "")),
    ],
)
def test_browsers_are_known_by_their_kind_and_system(said: str, known: tuple[str, str]) -> None:
    assert device(said) == known


def test_the_keeper_of_sessions_is_the_one_that_lists_them(app: Flask) -> None:
    assert isinstance(app.session_interface, MongoSessions)
    assert app.session_interface.sign_ins is app.extensions["around"].sign_ins


def test_a_browser_that_says_nothing_is_said_to(app: Flask, signed_in: SignIn) -> None:
    browser = signed_in("prs_ana", user_agent="")
    assert "A browser that does not say what it is" in browser.get("/my-sessions").text
    assert new_browser(app).get("/my-sessions").status_code == 302
