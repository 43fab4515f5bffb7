"""Several identity providers: chosen, kept apart, away; and signing out of them too."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import providers as of_providers
from portal.config import Provider, Settings
from servicekit.config import BadSettings

from .conftest import SignIn, a_provider, go_through_sign_in, new_browser
from .fake_services import ISSUER, PARTNER, FakeServices
from .fake_sessions import FakeSessions
from .test_forms import send
from .test_my_sessions import push


class TestOfSeveral:
    """Staff and partners sign in at providers of their own."""

    @pytest.fixture
    def providers(self) -> tuple[Provider, ...]:
        return a_provider("staff"), a_provider("partners", PARTNER)

    def test_the_welcome_page_lets_one_choose(self, browser: FlaskClient) -> None:
        page = browser.get("/welcome?next=/requests").text
        assert 'href="/sign-in?provider=staff&amp;next=/requests"' in page
        assert 'href="/sign-in?provider=partners&amp;next=/requests"' in page
        assert "Staff" in page
        assert browser.get("/sign-in?next=/requests").location == "/welcome?next=/requests"
        assert browser.get("/sign-in?provider=nobody").location == "/welcome"

    def test_each_has_an_address_of_its_own_to_come_back_to(self, browser: FlaskClient, world: FakeServices) -> None:
        assert go_through_sign_in(browser, world, "prs_ana", "/requests", "partners").location == "/requests"
        assert "Partners" in browser.get("/my-sessions").text
        asked = dict(parse_qsl(urlsplit(browser.get("/sign-in?provider=staff").location).query))
        assert asked["redirect_uri"] == "https://portal.test/sign-in/back/staff"

    def test_the_code_of_one_is_not_taken_for_that_of_another(self, browser: FlaskClient, world: FakeServices) -> None:
        asked = dict(parse_qsl(urlsplit(browser.get("/sign-in?provider=partners").location).query))
        code = urlsplit(world.authorise(asked, "prs_ana")).query
        assert browser.get(f"/sign-in/back/staff?{code}").status_code == 400
        assert browser.get(f"/sign-in/back?{code}").status_code == 400
        assert browser.get(f"/sign-in/back/nobody?{code}").status_code == 400
        assert browser.get("/").status_code == 302

    def test_one_that_is_away_is_named_and_the_other_serves(self, browser: FlaskClient, world: FakeServices) -> None:
        world.silent.add("partner")
        reply = browser.get("/sign-in?provider=partners")
        assert reply.status_code == 503
        assert "The sign-in of Partners does not answer right now." in reply.text
        assert go_through_sign_in(browser, world, "prs_ana", provider="staff").status_code == 302

    def test_settings_name_each(self) -> None:
        settings = Settings.from_env(
            {
                **ENVIRONMENT,
                "OIDC_PROVIDERS": "staff,partners",
                "OIDC_STAFF_ISSUER": ISSUER,
                "OIDC_STAFF_CLIENT_ID": "portal",
                "OIDC_STAFF_CLIENT_SECRET": "s" * 8,
                "OIDC_PARTNERS_ISSUER": PARTNER + "/",
                "OIDC_PARTNERS_CLIENT_ID": "mentoring",
                "OIDC_PARTNERS_CLIENT_SECRET": "p" * 8,
                "OIDC_PARTNERS_LABEL": "Harbour Partners",
                "PORTAL_CLIENT_SECRET": "x" * 32,
            }
        )
        staff, partners = settings.providers
        assert (staff.name, staff.label, staff.client_id) == ("staff", "Staff", "portal")
        assert (partners.label, partners.issuer) == ("Harbour Partners", PARTNER + "/")
        assert partners.discovery_url == f"{PARTNER}/.well-known/openid-configuration"
        assert (settings.client_id, settings.client_secret) == ("portal", "x" * 32)


ENVIRONMENT = {
    **{f"{name}_URL": "http://x.test" for name in ("PROFILES", "MATCHING", "FEEDBACK", "NOTIFICATIONS", "PORTAL")},
    "SESSION_SECRET": "s" * 32,
    "MONGODB_URI": "mongodb://x",
}
ONE = {"OIDC_ISSUER": ISSUER, "OIDC_CLIENT_ID": "portal", "OIDC_CLIENT_SECRET": "s" * 8}


def test_with_one_provider_its_pair_serves_at_profiles_too() -> None:
    settings = Settings.from_env({**ENVIRONMENT, **ONE})
    assert (settings.client_id, settings.client_secret) == ("portal", "s" * 8)
    (only,) = settings.providers
    assert (only.name, only.label) == ("", "")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"OIDC_PROVIDERS": "Staff"}, "OIDC_PROVIDERS"),
        ({"OIDC_PROVIDERS": "staff,partners"}, "OIDC_PARTNERS_ISSUER"),
        ({"CONSENT_PURPOSES": "figures"}, "CONSENT_PURPOSES"),
        ({"CONSENT_PURPOSES": '{"figures": {"de": "Zahlen"}}'}, "CONSENT_PURPOSES"),
        ({"CONSENT_PURPOSES": '{"Figures!": {"en": "x"}}'}, "CONSENT_PURPOSES"),
        ({"CONSENT_PURPOSES": '["figures"]'}, "CONSENT_PURPOSES"),
    ],
)
def test_settings_that_cannot_be_are_named(more: dict[str, str], said: str) -> None:
    with pytest.raises(BadSettings, match=said):
        Settings.from_env({**ENVIRONMENT, **ONE, **more})


def test_a_provider_that_calls_itself_otherwise_is_not_signed_in_at(browser: FlaskClient, world: FakeServices) -> None:
    world.described = {"issuer": "http://evil.test"}
    assert browser.get("/sign-in").status_code == 503


def test_a_provider_is_described_anew_after_a_while_and_may_be_away_then(
    browser: FlaskClient, world: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.get("/sign-in")
    browser.get("/sign-in")
    assert world.sent("GET", "/.well-known/openid-configuration") == 1
    monkeypatch.setattr(of_providers, "_DESCRIBED_FOR", 0.0)
    world.described = {"authorization_endpoint": f"{ISSUER}/moved"}
    assert browser.get("/sign-in").location.startswith(f"{ISSUER}/moved?")
    world.silent.add("identity")
    assert browser.get("/sign-in").location.startswith(f"{ISSUER}/moved?")


def test_who_called_it_off_is_told_so(browser: FlaskClient, world: FakeServices) -> None:
    asked = dict(parse_qsl(urlsplit(browser.get("/sign-in").location).query))
    reply = browser.get(f"/sign-in/back?error=access_denied&state={asked['state']}")
    assert reply.status_code == 403
    assert "it was called off" in reply.text


def test_signing_out_leads_on_to_the_provider_by_a_link(
    signed_in: SignIn, world: FakeServices, sessions: FakeSessions
) -> None:
    world.described = {"end_session_endpoint": f"{ISSUER}/end"}
    browser = signed_in("prs_ana")
    page = browser.get(send(browser, "/my-sessions", "/sign-out").location).text
    assert "You are signed out here." in page
    assert 'href="/sign-out/everywhere"' in page
    assert browser.get("/").status_code == 302
    assert world.granted == {}
    (left,) = sessions.held.values()
    assert not {"person", "account", "tokens", "sign_in"} & left.keys()
    away = urlsplit(browser.get("/sign-out/everywhere").location)
    asked = dict(parse_qsl(away.query))
    assert f"{away.scheme}://{away.netloc}{away.path}" == f"{ISSUER}/end"
    assert asked["post_logout_redirect_uri"] == "https://portal.test/signed-out"
    assert asked["client_id"] == "portal"
    assert asked["id_token_hint"].count(".") == 2
    assert browser.get("/signed-out").location == "/welcome?left=all"
    assert "here and at your organisation" in browser.get("/welcome?left=all").text
    assert browser.get("/sign-out/everywhere").location == "/welcome", "once"


def test_where_the_provider_is_away_one_is_signed_out_here_all_the_same(
    app: Flask, signed_in: SignIn, world: FakeServices
) -> None:
    browser = signed_in("prs_ana")
    world.silent |= {"identity", "profiles"}
    reply = push(browser, "/sign-out")
    assert reply.location == "/welcome?left=yes"
    assert new_browser(app).get("/my-sessions").status_code == 302
    assert browser.get("/my-sessions").status_code == 302
