"""A browser, and people of the running platform who sign in with it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from platform_client import Actor, eventually
from playwright.sync_api import Browser, BrowserContext, Page, Response, Route, sync_playwright
from staged import Player, employ, projected, publish, signed_in

CHROMIUM = "/usr/bin/chromium"
# Chromium is not to speak to anybody but the platform either.
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--no-first-run"]  # fmt: skip


@dataclass
class Portal:
    """The portal as browsers reach it, and what its pages did that they must not do."""

    url: str
    identity: str
    browser: Browser
    complaints: list[str]

    def visitor(self, **options: Any) -> Page:
        """A fresh browser profile on the welcome page; requests to other hosts are refused and noted."""
        context = self.browser.new_context(base_url=self.url, **options)
        context.set_default_timeout(15_000)
        context.route("**/*", self._let_through)
        page = context.new_page()
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("response", self._look_at)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        return page

    def sign_in(self, email: str, **options: Any) -> Page:
        """Somebody's browser, signed in through the provider."""
        page = self.visitor(**options)
        page.goto("/welcome")
        page.get_by_role("link", name="Sign in with your work account").click()
        page.locator("input[name=sub]").fill(email)
        page.locator("input[name=sub]").press("Enter")
        page.wait_for_url(self.url + "/**")
        return page

    def _let_through(self, route: Route) -> None:
        host = urlsplit(route.request.url).netloc
        if host in (urlsplit(self.url).netloc, urlsplit(self.identity).netloc):
            route.continue_()
            return
        referrer = route.request.frame.url
        if referrer.startswith(self.url):
            self.complaints.append(f"{referrer} asked {host}")
        route.abort()

    def _note(self, kind: str, words: str) -> None:
        # Chromium also reports each page that answers 404 or 422, which some are meant to.
        if kind == "error" and not words.startswith("Failed to load resource"):
            self.complaints.append(words)

    def _look_at(self, response: Response) -> None:
        if "/assets/" in response.url and response.status >= 400:
            self.complaints.append(f"{response.url} answered {response.status}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def portal(platform: dict[str, Any], chromium: Browser) -> Iterator[Portal]:
    """The portal; a test fails if a page broke the content policy, a script, or asked another host."""
    portal = Portal(platform["portal"], platform["identity"], chromium, [])
    yield portal
    for context in list[BrowserContext](chromium.contexts):
        context.close()
    assert portal.complaints == []


@dataclass(frozen=True)
class Person:
    """Somebody new, with what their browser types."""

    player: Player
    name: str
    email: str

    @property
    def first_name(self) -> str:
        """As pages greet them."""
        return self.name.split(" ")[0]


Hire = Callable[..., Person]


@pytest.fixture(scope="session")
def admin(platform: dict[str, Any]) -> Actor:
    """The people admin."""
    return signed_in(platform, platform["people"]["people_admin"])


@pytest.fixture
def hire(platform: dict[str, Any], admin: Actor) -> Hire:
    """Register somebody: `hire("Ana", roles=["program_manager"], profile={...}, time_zone="Asia/Kolkata")`."""

    def hire(name: str, roles: list[str] | None = None, profile: dict[str, Any] | None = None, **facts: Any) -> Person:
        player = employ(platform, admin, name, **facts)
        if roles:
            admin.put("profiles", f"/people/{player.id}/roles", {"roles": roles})
        if profile is not None:
            publish(player, **profile)
        person = player.actor.get("profiles", "/me")
        # Known where programs are kept, so that the story does not begin with waiting.
        projected(player, "matching", "/programs")
        return Person(player, person["name"], person["email"])

    return hire


def reloaded_until(page: Page, words: str | re.Pattern[str]) -> None:
    """Look again until events have brought the words to the page."""

    def look() -> bool:
        page.reload()
        return page.get_by_text(words).count() > 0

    eventually(look)
