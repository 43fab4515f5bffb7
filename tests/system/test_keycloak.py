"""Signing in through Keycloak itself: PKCE, two providers, roles from groups, keys that turn, logout both ways."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import keycloak
import pytest
import requests
from keycloak import Browser, Keycloak
from platform_client import Actor, eventually
from staged import signed_in

from mentormesh.stack import services
from mentormesh.stack.folder import Folder
from mentormesh.stack.identity import healthy
from mentormesh.stack.ports import HOST, assign
from mentormesh.stack.processes import Part, Running, start, stop, wait_ready
from mentormesh.stack.services import Site
from profiles.issuer.provider import DiscoveredKeys, OpenIdProvider, Trust

lacking = keycloak.why_not()
pytestmark = [
    pytest.mark.stack,
    pytest.mark.long,
    pytest.mark.skipif(lacking is not None, reason=f"KEYCLOAK IS NOT TESTED HERE: there is no {lacking}."),
]
FILES = Path(__file__).parent / "keycloak"
DOMAIN = "harbour.example"
PORTAL_SECRET = "the-portal-s-secret-beside-two-providers"


@dataclass
class House:
    """Keycloak, and a portal and profiles of their own that trust it beside the development provider."""

    keycloak: Keycloak
    portal: str
    profiles: str
    admin: Actor

    def sign_in(self, username: str) -> Browser:
        """A browser, signed in at the portal through Keycloak's own form."""
        browser = Browser()
        page = browser.get(f"{self.portal}/sign-in", params={"provider": "keycloak"})
        home = browser.log_in(page, username)
        assert home.url == f"{self.portal}/", f"{home.url} {home.status_code}: {home.text[:800]}"
        return browser

    def is_in(self, browser: Browser) -> bool:
        """Whether it is signed in, or is again without a question: the portal may have it show itself at Keycloak."""
        page = browser.get(f"{self.portal}/my-sessions")
        return (page.status_code, page.url) == (200, f"{self.portal}/my-sessions")

    def sign_ins(self, username: str) -> set[str]:
        """What the person's tokens descend from, as profiles knows it."""
        (person,) = self.admin.get("profiles", "/people", q=f"{username}.keycloak@{DOMAIN}")["items"]
        return {one["id"] for one in self.admin.get("profiles", f"/people/{person['id']}/sessions")["items"]}

    def id_token(self, username: str) -> str:
        """What Keycloak says of somebody."""
        redirect = f"{self.portal}/test-only"
        code, verifier = self.keycloak.code(Browser(), username, redirect)
        reply = self.keycloak.token_reply(code, verifier, redirect)
        assert reply.ok, reply.text
        return str(reply.json()["id_token"])

    def exchange(self, id_token: str) -> requests.Response:
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": id_token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
            "client_id": "portal",
            "client_secret": PORTAL_SECRET,
        }
        return requests.post(f"{self.profiles}/v1/oauth/token", data=form, timeout=15)


@pytest.fixture(scope="module")
def house(platform: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if "root" not in platform:
        pytest.skip("KEYCLOAK IS NOT TESTED HERE: the platform runs elsewhere, and its databases are not reachable.")
    folder = tmp_path_factory.mktemp("keycloak")
    mine = assign(["keycloak", "portal", "profiles"], {}, {}, auto=True)
    portal, profiles = f"http://{HOST}:{mine['portal']}", f"http://{HOST}:{mine['profiles']}"
    admin = signed_in(platform, platform["people"]["people_admin"])
    for name in ("lead", "mentee", "guest", "unverified"):
        person = {
            "external_id": f"kc-{name}",
            "email": f"{name}.keycloak@{DOMAIN}",
            "name": f"{name.capitalize()} Keycloak",
        }
        if not admin.get("profiles", "/people", q=f"{name} keycloak")["items"]:
            admin.post("profiles", "/people", {**person, "time_zone": "Europe/Berlin"})
    with keycloak.running(folder, mine["keycloak"], portal, FILES) as running:
        started: list[Running] = []
        try:
            for part in parts(platform, running, portal, profiles):
                started.append(start(part, folder / f"{part.name}.log"))
                wait_ready(part, started[-1])
            yield House(running, portal, profiles, admin)
        finally:
            for one in started:
                stop(one)


def parts(platform: dict[str, Any], running: Keycloak, portal: str, profiles: str) -> Iterator[Part]:
    """Profiles and a portal over the platform's databases, each with both providers."""
    held = Folder(Path(platform["root"]))
    site = Site(held.read_ports(), held.secrets())
    both = {"OIDC_PROVIDERS": "keycloak,development"}
    of_profiles = {
        **services.settings(site, "profiles"),
        **both,
        "BIND": urlsplit(profiles).netloc,
        "PORTAL_CLIENT_SECRET": PORTAL_SECRET,
        "OIDC_KEYCLOAK_ISSUER": running.issuer,
        "OIDC_KEYCLOAK_AUDIENCE": keycloak.CLIENT,
        "OIDC_KEYCLOAK_EMAIL_DOMAINS": DOMAIN,
        "OIDC_KEYCLOAK_ROLE_CLAIM": "groups",
        "OIDC_KEYCLOAK_ROLE_MAP": "Mentoring leads=program_manager",
        "OIDC_DEVELOPMENT_ISSUER": site.issuer,
        "OIDC_DEVELOPMENT_AUDIENCE": "portal",
    }
    of_portal = {
        **services.settings(site, "portal"),
        **both,
        "BIND": urlsplit(portal).netloc,
        "PORTAL_URL": portal,
        "PROFILES_URL": profiles,
        "PORTAL_CLIENT_SECRET": PORTAL_SECRET,
        "MONGODB_DATABASE": "portal_keycloak",
        "OIDC_KEYCLOAK_ISSUER": running.issuer,
        "OIDC_KEYCLOAK_CLIENT_ID": keycloak.CLIENT,
        "OIDC_KEYCLOAK_CLIENT_SECRET": keycloak.SECRET,
        "OIDC_KEYCLOAK_LABEL": "Harbour",
        "OIDC_DEVELOPMENT_ISSUER": site.issuer,
        "OIDC_DEVELOPMENT_CLIENT_ID": "portal",
        "OIDC_DEVELOPMENT_CLIENT_SECRET": site.secrets["OIDC_CLIENT_SECRET"],
    }
    for name, url, settings in (("profiles", profiles, of_profiles), ("portal", portal, of_portal)):
        argv = [sys.executable, "-m", name, "serve"]
        yield Part(name, argv, lambda url=url: healthy(f"{url}/readyz"), address=url, environment=settings)


def test_somebody_signs_in_through_keycloak_and_has_the_role_of_their_group(house: House) -> None:
    welcome = Browser().get(f"{house.portal}/welcome").text
    assert ">Harbour<" in welcome
    assert "Development" in welcome
    lead, mentee = house.sign_in("lead"), house.sign_in("mentee")
    assert "Harbour" in lead.get(f"{house.portal}/my-sessions").text
    assert lead.get(f"{house.portal}/programs/new", allow_redirects=False).status_code == 200
    # The role is the group's: she was granted none here.
    assert "New program" in lead.get(f"{house.portal}/programs").text
    assert "New program" not in mentee.get(f"{house.portal}/programs").text


def test_a_wrong_verifier_opens_nothing_at_keycloak_with_our_client(house: House) -> None:
    redirect = f"{house.portal}/test-only"
    code, _ = house.keycloak.code(Browser(), "mentee", redirect)
    reply = house.keycloak.token_reply(code, "w" * 43, redirect)
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")
    code, verifier = house.keycloak.code(Browser(), "mentee", redirect)
    assert house.keycloak.token_reply(code, verifier, redirect).ok
    asked = {"response_type": "code", "client_id": keycloak.CLIENT, "redirect_uri": redirect, "scope": "openid"}
    bare = Browser().get(f"{house.keycloak.issuer}/protocol/openid-connect/auth", params=asked, allow_redirects=False)
    assert "code_challenge" in bare.headers["Location"], "without a challenge there is not even a form"


def test_keycloak_s_token_is_exchanged_by_its_own_issuer_audience_and_verified_address(house: House) -> None:
    good = house.exchange(house.id_token("mentee"))
    assert good.status_code == 200, good.text
    headers = {"Authorization": f"Bearer {good.json()['access_token']}"}
    for service in ("profiles", "matching", "notifications"):
        path = {"profiles": "/me", "matching": "/programs", "notifications": "/inbox"}[service]
        reply = requests.get(f"{house.admin.services[service]}/v1{path}", headers=headers, timeout=15)
        assert reply.status_code == 200, f"{service}: {reply.text}"
    refused = house.exchange(house.id_token("unverified"))
    assert (refused.status_code, refused.json()["error"]) == (403, "not-provisioned")
    used = house.exchange(good.json()["access_token"])
    assert (used.status_code, used.json()["error"]) == (400, "invalid_grant")


def test_realm_roles_give_roles_as_groups_do(house: House) -> None:
    trust = Trust(
        issuer=house.keycloak.issuer,
        audience=keycloak.CLIENT,
        discovery_url=f"{house.keycloak.issuer}/.well-known/openid-configuration",
        role_claim="realm_access.roles",
        role_map={"mentoring-auditor": "auditor"},
    )
    provider = OpenIdProvider(trust, DiscoveredKeys(trust.issuer, trust.discovery_url))
    assert provider.identify(house.id_token("lead")).roles == ("auditor",)
    assert provider.identify(house.id_token("mentee")).roles == ()


def test_keys_that_keycloak_exchanged_are_followed(house: House) -> None:
    before = house.id_token("mentee")
    assert house.exchange(before).status_code == 200
    house.keycloak.exchange_keys()
    after = house.id_token("mentee")
    assert after.split(".")[0] != before.split(".")[0]
    # Profiles asks for keys anew at most every ten seconds.
    eventually(lambda: house.exchange(after).status_code == 200)
    assert house.is_in(house.sign_in("mentee"))
    forgotten = house.exchange(before)
    assert (forgotten.status_code, forgotten.json()["error"]) == (400, "invalid_grant"), "its key is served no more"


def test_an_admin_s_logout_at_keycloak_ends_every_browser_s_session_with_its_tokens(house: House) -> None:
    earlier = house.sign_ins("guest")
    office, home, lead = house.sign_in("guest"), house.sign_in("guest"), house.sign_in("lead")
    begun = house.sign_ins("guest") - earlier
    assert len(begun) == 2
    house.keycloak.admin("POST", f"/users/{house.keycloak.user_id('guest')}/logout")
    # Keycloak tells of one of the two; the other has to show itself there from five seconds later on.
    eventually(lambda: not house.is_in(office) and not house.is_in(home), patience=20)
    assert not house.sign_ins("guest") & begun
    assert house.is_in(lead)


def test_who_signs_out_at_keycloak_in_one_browser_stays_signed_in_in_the_other(house: House) -> None:
    home = house.sign_in("guest")
    earlier = house.sign_ins("guest")
    office = house.sign_in("guest")
    office.log_out(house.keycloak.issuer)
    eventually(lambda: not house.is_in(office), patience=10)
    assert house.sign_ins("guest") == earlier
    assert house.is_in(home)
    # By its session at Keycloak, which goes on: its sign-in at the portal is another by then.
    eventually(lambda: house.is_in(home) and house.sign_ins("guest") != earlier, patience=20)
    assert house.is_in(home)


def test_a_logout_that_names_the_account_alone_ends_all_of_its_sessions(house: House) -> None:
    office, home, lead = house.sign_in("guest"), house.sign_in("guest"), house.sign_in("lead")
    with house.keycloak.naming_no_sessions():
        office.log_out(house.keycloak.issuer)
        eventually(lambda: not house.is_in(office) and not house.is_in(home), patience=10)
    assert house.is_in(lead)


def test_signing_out_leads_through_keycloak_and_asks_for_the_password_again_in_that_browser(house: House) -> None:
    lead, elsewhere = house.sign_in("lead"), house.sign_in("lead")
    page = lead.press(house.portal, "/my-sessions", "/sign-out")
    assert "/sign-out/everywhere" in page.text
    assert not house.is_in(lead)
    back = lead.get(f"{house.portal}/sign-out/everywhere")
    assert back.url == f"{house.portal}/welcome?left=all", f"{back.url}: {back.text[:500]}"
    again = lead.get(f"{house.portal}/sign-in", params={"provider": "keycloak"})
    assert again.url.startswith(house.keycloak.url), "its own session is over too"
    assert house.is_in(elsewhere)
    again = elsewhere.get(f"{house.portal}/sign-in", params={"provider": "keycloak"})
    assert again.url == f"{house.portal}/", "nor did Keycloak end the session of another browser"


def test_a_people_admin_s_word_signs_somebody_out_within_five_seconds(house: House) -> None:
    mentee = house.sign_in("mentee")
    assert house.is_in(mentee)
    (person,) = house.admin.get("profiles", "/people", q=f"mentee.keycloak@{DOMAIN}")["items"]
    assert house.admin.post("profiles", f"/people/{person['id']}/sessions/end")["ended"] >= 1
    eventually(lambda: not house.is_in(mentee), patience=6)
