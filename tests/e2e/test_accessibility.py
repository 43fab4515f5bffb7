"""Every page: nothing for axe to find, nothing to scroll sideways; in light and dark, on a small and a large screen."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from staged import Stage, set_the_stage

from .conftest import Portal

pytestmark = [pytest.mark.stack, pytest.mark.browser]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
EVERYBODY = (
    "/",
    "/profile",
    "/mentors",
    "/requests",
    "/inbox",
    "/preferences",
    "/mentorships",
    "/programs",
    "/nothing",
)


@pytest.fixture(scope="module")
def stage(platform: dict[str, Any]) -> Stage:
    return set_the_stage(platform)


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[320, 1280])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def findings(page: Page, path: str, width: int) -> list[str]:
    """What is wrong with a page, in words."""
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = !one.matches('.menu'); })")
    found = [
        f"{path}: {violation['id']} at {node['target']}: {node.get('failureSummary', '')}"
        for violation in Axe().run(page, options=RULES).response["violations"]
        for node in violation["nodes"]
    ]
    if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
        found.append(f"{path}: {needed} px wide on a screen of {width}")
    return found


def test_pages_can_be_used_by_everybody(portal: Portal, stage: Stage, scheme: str, width: int) -> None:
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    shared = (f"/mentorships/{stage.mentorship_id}", f"/sessions/{stage.session_id}", f"/programs/{stage.program_id}")
    found = findings(portal.visitor(**options), "/welcome", width)
    for player, pages in (
        (stage.ana, (*EVERYBODY, *shared, f"/mentors/{stage.program_id}/{stage.ben.id}")),
        (stage.ben, ("/", "/requests", *shared)),
        (stage.cara, ("/", "/programs/new", *shared)),
        (stage.eve, EVERYBODY),
    ):
        page = portal.sign_in(player.actor.get("profiles", "/me")["email"], **options)
        for path in pages:
            found += findings(page, path, width)
        page.context.close()
    assert found == []
